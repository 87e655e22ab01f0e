using BrokerIm.Contracts.Wire;
using BrokerIm.Gateway;
using BrokerIm.Gateway.Connections;
using BrokerIm.Gateway.Http;
using BrokerIm.Tests.Flow.Support;
using BrokerIm.Tests.Support;
using Google.Protobuf;
using Microsoft.Extensions.DependencyInjection;

namespace BrokerIm.Tests.Flow.Hostile;

/// <summary>
/// A live server under attack: one user attacks, one is attacked, and a pair of ordinary clients, the canaries, must not notice.
/// </summary>
public class HostileServer : IAsyncLifetime
{
    private static readonly ushort[] s_canaryHearsNoneOf =
    [
        Command.P2PCmdMsg, Command.GroupChangeMemberNotify, Command.KickUser, Command.MsgDataReadNotify, Command.RemoveSessionNotify,
    ];

    private readonly MeterReader _meter = new();
    private readonly TestCertificate _certificate = new();
    private EmbeddedServer _server = null!;
    private WireClient _canary = null!;
    private WireClient _mate = null!;
    private uint _canaryId;
    private uint _mateId;
    private ushort _sequence;
    private uint _messages;

    public uint Attacker { get; private set; }

    public uint Victim { get; private set; }

    /// <summary>A user to whom messages may go that are to be out of the way.</summary>
    public uint Neutral { get; private set; }

    /// <summary>The two who must not notice.</summary>
    public IReadOnlySet<uint> Canaries => new HashSet<uint> { _canaryId, _mateId };

    internal EmbeddedServer Server => _server;

    internal ClientPorts Ports => _server.Ports;

    /// <summary>Users beside the four, with lower ids than the canaries.</summary>
    protected virtual int Bystanders => 0;

    /// <summary>Settings beside those of a server that does not limit the test itself.</summary>
    protected virtual (string Key, string Value)[] Settings => [];

    public async ValueTask InitializeAsync()
    {
        _server = await EmbeddedServer.StartAsync(
            services => services.AddSingleton(new GatewayMetrics(_meter.Meter)),
            [
                ("Gateway:DiscoveryPerSecond", "0"),
                .. _certificate.Settings.Select(static one => ($"Gateway:{one.Key}", one.Value)),
                .. Settings,
            ]);
        await _server.AddUsersAsync([.. Enumerable.Range(0, Bystanders).Select(static i => $"bystander-{i}")]);
        var ids = await _server.AddUsersAsync("attacker", "victim", "canary", "mate", "neutral");
        (Attacker, Victim, _canaryId, _mateId, Neutral) = (ids[0], ids[1], ids[2], ids[3], ids[4]);
        _canary = await _server.LoginAsync("canary", ClientType.Android);
        _mate = await _server.LoginAsync("mate", ClientType.Android);
    }

    public async ValueTask DisposeAsync()
    {
        _canary.Dispose();
        _mate.Dispose();
        await _server.DisposeAsync();
        _certificate.Dispose();
        _meter.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>A connection nobody has logged in on.</summary>
    internal Task<WireClient> ConnectAsync(int receiveBufferBytes = 0) => WireClient.ConnectAsync(_server.Port, receiveBufferBytes);

    /// <summary>The attacker, logged in.</summary>
    internal Task<WireClient> AttackAsync(ClientType client = ClientType.Android) => _server.LoginAsync("attacker", client);

    /// <summary>The attacked, logged in.</summary>
    internal async Task<WireClient> SufferAsync()
    {
        var victim = await _server.LoginAsync("victim", ClientType.Android);

        // What is stored before a client's first command is handled is for the client to ask for; what comes later is pushed.
        await victim.UntilEchoAsync();
        return victim;
    }

    /// <summary>Connections closed so far for this reason.</summary>
    internal double Closed(string reason) => _meter.Sum("im_connections_closed_total", reason);

    /// <summary>Frames rejected so far for this reason.</summary>
    internal double Rejected(string reason) => _meter.Sum("im_frame_rejects_total", reason);

    /// <summary>What a counter has reached for a label.</summary>
    internal double Counted(string instrument, string? label = null) => _meter.Sum(instrument, label);

    /// <summary>Connections there are beside those of the canaries.</summary>
    internal int OtherConnections => _server.Services.GetRequiredService<ConnectionGate>().Count - 2;

    /// <summary>Plays a row once the connections of those before it have ended and are counted, so that it counts only its own.</summary>
    internal async Task PlayAsync(HostileRow row)
    {
        await Eventually.HoldsAsync(() => OtherConnections == 0);
        await row.PlayAsync(this);
    }

    /// <summary>A message goes from one canary to the other and back, and neither has heard anything else that was not for it.</summary>
    internal async Task ExpectUnharmedAsync()
    {
        await ExchangeAsync(_canary, _canaryId, _mate, _mateId);
        await ExchangeAsync(_mate, _mateId, _canary, _canaryId);
    }

    private async Task ExchangeAsync(WireClient from, uint fromId, WireClient to, uint toId)
    {
        var text = ByteString.CopyFromUtf8($"{Guid.NewGuid()}");
        await from.SendAsync(Command.MsgData, ++_sequence, new IMMsgData
        {
            FromUserId = fromId, ToSessionId = toId, MsgId = 0, CreateTime = 0, MsgType = MsgType.SingleText, MsgData = text,
        });
        var ack = IMMsgDataAck.Parser.ParseFrom((await NextAsync(from, Command.MsgDataAck)).Body);
        Assert.Equal((toId, ++_messages, SendStatus.Stored), (ack.SessionId, ack.MsgId, ack.SendStatus));

        var message = IMMsgData.Parser.ParseFrom((await NextAsync(to, Command.MsgData)).Body);
        Assert.Equal((fromId, toId, _messages, text), (message.FromUserId, message.ToSessionId, message.MsgId, message.MsgData));
    }

    // Everybody is told of changed profiles; of nothing else is a canary told that is not its own.
    private static async Task<WireFrame> NextAsync(WireClient client, ushort command)
    {
        while (true)
        {
            var frame = await client.ReceiveAsync();
            if (frame.Header.Command == command)
                return frame;
            Assert.DoesNotContain(frame.Header.Command, s_canaryHearsNoneOf);
            Assert.NotEqual(Command.MsgData, frame.Header.Command);
        }
    }
}
