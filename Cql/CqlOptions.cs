using System.Diagnostics.Metrics;
using System.Net.Security;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace BrokerIm.Cql;

/// <summary>How to reach a cluster and how to treat it. Not to be changed once a session has been made of it.</summary>
public sealed class CqlOptions
{
    /// <summary>The native protocol's registered port.</summary>
    public const int DefaultPort = 9042;

    /// <summary>Some nodes, each <c>host</c> or <c>host:port</c>; they tell of the others. One that answers is enough.</summary>
    public IList<string> ContactPoints { get; } = [];

    /// <summary>Nodes of this datacenter are asked; null takes that of the first contact point that answers.</summary>
    public string? LocalDatacenter { get; set; }

    /// <summary>Whether nodes of other datacenters are asked when no local one can be.</summary>
    public bool MayUseRemoteDatacenters { get; set; }

    /// <summary>Keyspace of unqualified names; null for none.</summary>
    public string? Keyspace { get; set; }

    /// <summary>User and password (PLAIN); null where the cluster lets everybody in.</summary>
    public CqlCredentials? Credentials { get; set; }

    /// <summary>TLS towards every node; null for plain TCP. Without a <c>TargetHost</c> the node's address is taken.</summary>
    public SslClientAuthenticationOptions? Tls { get; set; }

    /// <summary>
    /// Whether bodies are compressed (LZ4). Worth its processor time where the network is narrow or charges by the byte.
    /// </summary>
    public bool Compress { get; set; }

    /// <summary>Highest protocol version to offer: 3 or 4. A node that does not know it is asked again with a lower one.</summary>
    public int MaxProtocolVersion { get; set; } = 4;

    /// <summary>Consistency of requests that name none.</summary>
    public Consistency Consistency { get; set; } = Consistency.LocalQuorum;

    /// <summary>Serial consistency of lightweight transactions that name none.</summary>
    public Consistency SerialConsistency { get; set; } = Consistency.LocalSerial;

    /// <summary>Rows of a page, unless a statement says otherwise.</summary>
    public int PageSize { get; set; } = 5_000;

    /// <summary>Connections to each node.</summary>
    public int ConnectionsPerNode { get; set; } = 1;

    /// <summary>Requests in flight on one connection; more wait until one is answered. At most 32,768 (stream ids).</summary>
    public int MaxInFlightPerConnection { get; set; } = 1_024;

    /// <summary>Largest answer that is accepted, in bytes; the server's own limit is 256 MiB by default.</summary>
    public int MaxResponseBytes { get; set; } = 256 * 1024 * 1024;

    /// <summary>How long to wait for the answer to a request, waiting for a free place and all attempts included.</summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(12);

    /// <summary>How long opening a connection may take: TCP, TLS, start-up and authentication.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>A connection that has been silent this long is asked for a sign of life, and closed when that takes as long again.</summary>
    public TimeSpan HeartbeatInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>First wait before a lost node is tried again; doubles with every failure, with jitter.</summary>
    public TimeSpan ReconnectMin { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Longest wait before a lost node is tried again.</summary>
    public TimeSpan ReconnectMax { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Attempts of one request at most, the first included.</summary>
    public int MaxAttempts { get; set; } = 4;

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; set; } = TimeProvider.System;

    /// <summary>Where to log: nodes coming and going at Information, what heals itself at Warning.</summary>
    public ILogger Log { get; set; } = NullLogger.Instance;

    /// <summary>Where to count; null for the meter <c>BrokerIm.Cql</c>, which all sessions share.</summary>
    internal Meter? Meter { get; set; }
}

/// <summary>User and password.</summary>
public sealed record CqlCredentials(string User, string Password)
{
    /// <summary>The user, never the password.</summary>
    public override string ToString() => User;
}
