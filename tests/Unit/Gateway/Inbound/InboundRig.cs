using BrokerIm.Contracts.Records;
using BrokerIm.Core.Values;
using BrokerIm.Gateway;
using BrokerIm.Gateway.Inbound;
using BrokerIm.Gateway.Sessions;
using BrokerIm.Tests.Support;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;

namespace BrokerIm.Tests.Unit.Gateway.Inbound;

/// <summary>The lanes of one gateway in front of a log in memory.</summary>
internal sealed class InboundRig : IAsyncDisposable
{
    private static readonly UserId s_sender = new(1);

    public InboundRig(int partitions = 1, Action<GatewayOptions>? configure = null, TimeProvider? time = null)
    {
        configure?.Invoke(Options);
        Log = new(partitions);
        var options = Microsoft.Extensions.Options.Options.Create(Options);
        var metrics = new InboundMetrics(Meter.Meter);
        var publisher = new RecordPublisher(Log, options, TimeProvider.System, metrics, NullLogger<RecordPublisher>.Instance);
        Identity = new(options, TimeProvider.System);
        Lag = new(options, publisher, time ?? TimeProvider.System);
        Lanes = new(
            publisher, Lag, Identity, Connections, Answers, options, TimeProvider.System, metrics, NullLogger<InboundLanes>.Instance);
    }

    public GatewayOptions Options { get; } = new() { Id = "gate" };

    public InMemoryLog Log { get; }

    public InboundLanes Lanes { get; }

    public PipelineLag Lag { get; }

    public GatewayIdentity Identity { get; }

    public ConnectionTable Connections { get; } = new();

    public Answers Answers { get; } = new();

    public MeterReader Meter { get; } = new();

    /// <summary>Starts the flushers.</summary>
    public Task StartAsync() => Lanes.StartAsync(TestContext.Current.CancellationToken);

    /// <summary>A connection that may send.</summary>
    public TestSession Connect()
    {
        var session = TestSession.LoggedIn(s_sender, table: Connections, options: Options);
        session.Session.Sends = new(Options, TimeProvider.System);
        return session;
    }

    /// <summary>Puts a message into its lane, as <see cref="MessageCommands"/> would.</summary>
    public Task EnqueueAsync(
        TestSession from, ushort sequence, uint receiver = 2, int dataBytes = 4, bool clientMadeId = false) =>
        EnqueueAsync(from, Entry(from, sequence, receiver, dataBytes, clientMadeId), TestContext.Current.CancellationToken);

    /// <summary>Puts a message into its lane for a connection that may go away.</summary>
    public Task EnqueueAsync(TestSession from, ushort sequence, CancellationToken gone) =>
        EnqueueAsync(from, Entry(from, sequence, receiver: 2, dataBytes: 4, clientMadeId: false), gone);

    public async ValueTask DisposeAsync()
    {
        await Lanes.StopAsync(CancellationToken.None);
        Lanes.Dispose();
        Meter.Dispose();
    }

    private Task EnqueueAsync(TestSession from, InboundEntry entry, CancellationToken cancellationToken) =>
        Lanes.EnqueueAsync(from.Session, from.Session.Sends!, entry, cancellationToken).AsTask();

    private static InboundEntry Entry(TestSession from, ushort sequence, uint receiver, int dataBytes, bool clientMadeId)
    {
        var sends = from.Session.Sends!;
        var id = sends.MakeId(1_700_000_000_000);
        var bytes = new byte[ClientMessageId.Size];
        id.Write(bytes);
        sends.Sent.Remember(sequence, 0, id);
        return new()
        {
            Kind = EntryKind.Message,
            Relation = ConversationId.Pair(s_sender, new(receiver)).Value,
            Sender = s_sender.Value,
            ClientMessageId = ByteString.CopyFrom(bytes),
            ClientMadeId = clientMadeId,
            Connection = from.Session.Id,
            Sequence = sequence,
            Data = ByteString.CopyFrom(new byte[dataBytes]),
        };
    }
}
