using System.Net;

namespace BrokerIm.Cql.Tests.Support;

/// <summary>Some nodes in this process that know of each other, of protocol v4 and on ports of their own.</summary>
internal sealed class FakeCluster : IAsyncDisposable
{
    /// <summary>One replica of everything in datacenter dc1.</summary>
    public const string Keyspace = "im";

    /// <summary>A key with a negative token, thus of the first node of <see cref="OfTwo"/>.</summary>
    public const string KeyOfFirst = "a";

    /// <summary>A key with a positive token, thus of the second node of <see cref="OfTwo"/>.</summary>
    public const string KeyOfSecond = "b";

    /// <summary>A statement to prepare.</summary>
    public const string Insert = "INSERT INTO im.table (key) VALUES (?)";

    private readonly List<FakeMember> _hidden = [];
    private readonly List<FakeMember> _members = [];
    private readonly Lock _gate = new();

    public FakeMember this[int index]
    {
        get
        {
            lock (_gate)
                return _members[index];
        }
    }

    /// <summary>Adds a node.</summary>
    public FakeMember Add(string datacenter, string rack, params long[] tokens)
    {
        var member = new FakeMember(this, datacenter, rack, tokens);
        lock (_gate)
            _members.Add(member);
        return member;
    }

    /// <summary>Two nodes of dc1 which own half of the ring each: the first all negative tokens, the second the others.</summary>
    public static FakeCluster OfTwo()
    {
        var cluster = new FakeCluster();
        cluster.Add("dc1", "r1", -1);
        cluster.Add("dc1", "r1", long.MaxValue);
        return cluster;
    }

    /// <summary>Options that suit tests: nothing waits for long.</summary>
    public CqlOptions Options()
    {
        var options = new CqlOptions
        {
            ReconnectMin = TimeSpan.FromMilliseconds(1),
            ReconnectMax = TimeSpan.FromMilliseconds(20),
            Meter = new($"test {Guid.NewGuid()}"),
        };
        options.ContactPoints.Add(this[0].ContactPoint);
        return options;
    }

    /// <summary>A session that is connected to all nodes it may use.</summary>
    public async Task<CqlSession> ConnectAsync(CqlOptions? options = null)
    {
        options ??= Options();
        var session = await CqlSession.ConnectAsync(options, Patience.Token);
        await Eventually.HoldsAsync(() => session.Nodes.All(node => node.OpenConnections == options.ConnectionsPerNode));
        return session;
    }

    /// <summary>Runs a statement of one value, which is its partition key.</summary>
    public static async Task ExecuteAsync(CqlSession session, CqlPrepared prepared, string key, bool isIdempotent = false)
    {
        var statement = prepared.Bind();
        statement.Values.Add(key);
        statement.IsIdempotent = isIdempotent;
        (await session.ExecuteAsync(statement, Patience.Token)).Dispose();
    }

    /// <summary>The others do not know this node any more, or not yet.</summary>
    public void Hide(FakeMember member)
    {
        lock (_gate)
            _hidden.Add(member);
    }

    public void Show(FakeMember member)
    {
        lock (_gate)
            _hidden.Remove(member);
    }

    public FakeRows PeersOf(FakeMember asked)
    {
        var rows = new FakeRows(
            ("peer", FakeRows.Inet), ("native_address", FakeRows.Inet), ("native_port", FakeRows.Int), ("host_id", FakeRows.Uuid),
            ("data_center", FakeRows.Text), ("rack", FakeRows.Text), ("release_version", FakeRows.Text), ("tokens", FakeRows.TextSet),
            ("schema_version", FakeRows.Uuid));
        lock (_gate)
        {
            foreach (var peer in _members.Where(member => member != asked && !_hidden.Contains(member)))
            {
                rows.Add(
                    IPAddress.Loopback, IPAddress.Any, peer.EndPoint.Port, peer.HostId, peer.Datacenter, peer.Rack, "4.1.0",
                    peer.TokenTexts, peer.SchemaVersion);
            }
        }

        return rows;
    }

    public static FakeRows Keyspaces() =>
        new FakeRows(("keyspace_name", FakeRows.Text), ("replication", FakeRows.TextMap))
            .Add(Keyspace, new Dictionary<string, string> { ["class"] = "NetworkTopologyStrategy", ["dc1"] = "1" });

    public async ValueTask DisposeAsync()
    {
        foreach (var member in _members)
            await member.DisposeAsync();
    }
}
