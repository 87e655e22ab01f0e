using System.ComponentModel.DataAnnotations;
using BrokerIm.Core;
using BrokerIm.Core.Security;
using BrokerIm.Gateway.Http;
using Microsoft.Extensions.Options;

namespace BrokerIm.Gateway;

/// <summary>Settings of one gateway process, from the section <c>Gateway</c>.</summary>
public sealed partial class GatewayOptions : IValidatableObject
{
    /// <summary>Name of the section.</summary>
    public const string Section = "Gateway";

    /// <summary>Name of this gateway, unique in the cluster and the same after a restart. Defaults to the machine's name.</summary>
    [Required]
    [RegularExpression("[A-Za-z0-9_-]{1,64}")]
    public string Id { get; set; } = DefaultId();

    /// <summary>Address to listen on, or <c>any</c>, the default.</summary>
    [Required]
    public string Address { get; set; } = GatewayEndpoints.AnyAddress;

    /// <summary>TCP port of clients; 0 lets the system choose. Defaults to 8000.</summary>
    [Range(0, 65_535)]
    public int Port { get; set; } = 8_000;

    /// <summary>
    /// What carries the connections of Gateway:Port. <c>Lean</c>, the default, takes less memory and work for each;
    /// <c>Kestrel</c> is what the TLS and HTTP ports always use.
    /// </summary>
    [EnumDataType(typeof(TcpTransport))]
    public TcpTransport Transport { get; set; }

    /// <summary>Connections at once; further ones are closed on arrival. Defaults to 100,000.</summary>
    [Range(1, 10_000_000)]
    public int MaxConnections { get; set; } = 100_000;

    /// <summary>Connections at once from one remote address; 0, the default, sets no limit (offices share addresses).</summary>
    [Range(0, 10_000_000)]
    public int MaxConnectionsPerAddress { get; set; }

    /// <summary>Largest frame of a client that has not logged in, in bytes with header. Defaults to 4 KiB.</summary>
    [Range(256, Limits.MaxRecordBytes)]
    public int MaxFrameBytesBeforeLogin { get; set; } = 4 * 1024;

    /// <summary>Largest frame of a client that has logged in, in bytes with header. Defaults to 256 KiB.</summary>
    [Range(256, Limits.MaxRecordBytes)]
    public int MaxFrameBytes { get; set; } = 256 * 1024;

    /// <summary>Commands that need a login and come before it: so many are ignored, then the connection closes. Defaults to 32.</summary>
    [Range(1, 10_000)]
    public int MaxCommandsBeforeLogin { get; set; } = 32;

    /// <summary>Messages a connection may send per second, with a burst of twice as many; 0 for no limit. Excess waits. Defaults to 20.</summary>
    [Range(0, 1_000_000)]
    public int MessagesPerSecond { get; set; } = 20;

    /// <summary>
    /// Messages a user may send per second through this gateway over all his connections, with a burst of twice as many; 0 for no
    /// limit. Excess waits. Defaults to -1, twice Gateway:MessagesPerSecond.
    /// </summary>
    [Range(-1, 1_000_000)]
    public int MessagesPerSecondOfUser { get; set; } = -1;

    /// <summary>
    /// Commands of any kind a connection may send per second, with a burst of twice as many; 0 for no limit. Excess waits. Clients
    /// answer each message they receive with one or two. Defaults to -1, fifty times Gateway:MessagesPerSecond.
    /// </summary>
    [Range(-1, 50_000_000)]
    public int CommandsPerSecond { get; set; } = -1;

    /// <summary>
    /// Changes of signature or picture a connection may make per second, with a burst of twice as many; 0 for no limit. Excess
    /// waits. Each is told to every connection there is. Defaults to 1.
    /// </summary>
    [Range(0, 1_000_000)]
    public int ProfileChangesPerSecond { get; set; } = 1;

    /// <summary>
    /// Commands from client to client, such as "is typing", a connection may send per second, with a burst of twice as many; 0 for
    /// no limit. Excess is dropped. Defaults to 10.
    /// </summary>
    [Range(0, 1_000_000)]
    public int PeerCommandsPerSecond { get; set; } = 10;

    /// <summary>Bytes that may wait behind a client that does not read before it is closed. Defaults to 1 MiB.</summary>
    [Range(1_024, 1 << 30)]
    public int OutboundBytesMax { get; set; } = 1024 * 1024;

    /// <summary>How long a client may take no byte of what waits for it before it is closed. Defaults to 15 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan SlowReaderTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// How long a client may leave sent bytes unconfirmed before its connection counts as dead (TCP_USER_TIMEOUT, RFC 5482; Linux
    /// only); 0 leaves it to the system, which takes a quarter of an hour. Defaults to 20 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan UnconfirmedTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>How long a connection may exist without login (protocol chapter 01 section 5.1). Defaults to 15 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan LoginDeadline { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Silence after which a Windows or Mac client is closed. Defaults to 120 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan PcIdleLimit { get; set; } = TimeSpan.FromSeconds(120);

    /// <summary>Silence after which an iOS or Android client is closed. Android is heard every 240 s. Defaults to 300 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan MobileIdleLimit { get; set; } = TimeSpan.FromSeconds(300);

    /// <summary>How long a kicked client may stay to close by itself; closed at once, Windows would log in again. Defaults to 3 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan KickGrace { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>How long this gateway's presence outlives its last renewal. Defaults to 60 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan PresenceLease { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How often presence is renewed; one lost renewal must be harmless. Defaults to 20 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
    public TimeSpan PresenceRenewal { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>Work factor spent on names that do not exist; that of stored passwords, so that the two take equally long.</summary>
    [Range(1, 10_000_000)]
    public int PasswordIterations { get; set; } = PasswordRecord.DefaultIterations;

    /// <summary>
    /// How long a login may wait for its turn to derive a password before it is refused as busy. The most impatient client waits
    /// 8 s for its answer and then comes again, so waiting longer would be in vain. Defaults to 7 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:00:10")]
    public TimeSpan PasswordWaitMax { get; set; } = TimeSpan.FromSeconds(7);

    /// <summary>How long a verified password logs in again without being derived; 0 turns that off. Defaults to 15 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan PasswordCacheLifetime { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>
    /// How long a device may stay away and still log in with the token it was given; 0 turns tokens off. Defaults to 30 days.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "365.00:00:00")]
    public TimeSpan ResumeTokenLifetime { get; set; } = TimeSpan.FromDays(30);

    /// <summary>
    /// Failed logins in ten minutes from one network (/24, of IPv6 /64), whatever the names; then logins from there are refused as
    /// busy. 0 for no limit. Defaults to 300.
    /// </summary>
    [Range(0, 1_000_000)]
    public int LoginFailuresPerNetwork { get; set; } = 300;

    /// <summary>Time over which a stopping gateway closes its connections, slice by slice. Defaults to 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan DrainWindow { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>What <see cref="MessagesPerSecondOfUser"/> comes to.</summary>
    internal int UserMessageRate => MessagesPerSecondOfUser < 0 ? 2 * MessagesPerSecond : MessagesPerSecondOfUser;

    /// <summary>What <see cref="CommandsPerSecond"/> comes to.</summary>
    internal int CommandRate => CommandsPerSecond < 0 ? 50 * MessagesPerSecond : CommandsPerSecond;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!GatewayEndpoints.IsAddress(Address))
            yield return new($"Gateway:Address is '{Address}'; allowed are an IP address and '{GatewayEndpoints.AnyAddress}'.", [nameof(Address)]);
        if (MaxFrameBytesBeforeLogin > MaxFrameBytes)
            yield return new(
                $"Gateway:MaxFrameBytesBeforeLogin is {MaxFrameBytesBeforeLogin}; allowed is at most Gateway:MaxFrameBytes ({MaxFrameBytes}).",
                [nameof(MaxFrameBytesBeforeLogin)]);
        if (PresenceRenewal * 2 >= PresenceLease)
            yield return new(
                $"Gateway:PresenceRenewal is {PresenceRenewal}; allowed is less than half of Gateway:PresenceLease ({PresenceLease}).",
                [nameof(PresenceRenewal)]);
        foreach (var broken in EdgeRules.Broken(this))
            yield return broken;
    }

    private static string DefaultId()
    {
        var name = string.Concat(Environment.MachineName.Where(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_'));
        return name.Length == 0 ? "gateway" : name[..Math.Min(64, name.Length)];
    }
}

[OptionsValidator]
internal sealed partial class GatewayOptionsValidator : IValidateOptions<GatewayOptions>;
