using System.Buffers;
using System.Diagnostics.Metrics;
using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using BrokerIm.Gateway;
using BrokerIm.Gateway.Commands;
using BrokerIm.Gateway.Groups;
using BrokerIm.Gateway.Inbound;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace BrokerIm.MicroBenchmarks.Stages;

/// <summary>The way into a gateway: from the bytes that a connection has received to entries in the lane of a log that forgets them.</summary>
internal sealed class InboundStage : IAsyncDisposable
{
    /// <summary>Messages that are taken in before the lane is flushed: as many as a connection may have under way.</summary>
    public const int BatchMessages = 256;

    private readonly Meter _meter = new("inbound stage");
    private readonly GatewayOptions _options = new() { Id = "gate", MessagesPerSecond = 0 };
    private readonly ForgetfulLog _log = new();
    private readonly InboundLanes _lanes;
    private readonly KnownUsers _users;
    private readonly CommandDispatcher _dispatcher;
    private readonly PipeSession _sender;
    private readonly byte[] _received;

    public InboundStage()
    {
        var (options, time) = (Options.Create(_options), StillClock.Instance);
        var (frames, metrics) = (new GatewayMetrics(_meter), new InboundMetrics(_meter));
        var publisher = new RecordPublisher(_log, options, time, metrics, NullLogger<RecordPublisher>.Instance);
        _lanes = new(
            publisher, new(options, publisher, time), new(options, time), new(), new(), options, time, metrics,
            NullLogger<InboundLanes>.Instance);
        _users = new(new Everybody(), new(options, time), options, time);
        var messages = new MessageCommands(
            _lanes, _users, new GroupAccess(AbsentPort.Of<IGroupReader>(), new(options, time), time), options, time, frames, metrics,
            NullLogger<MessageCommands>.Instance);
        var table = new CommandTable([messages], options, frames, NullLogger<CommandTable>.Instance);
        _dispatcher = new(table, options, frames, time, NullLogger<CommandDispatcher>.Instance);
        _sender = new(1, Chat.LowOf(0), _options, time);
        _received = Frames();
    }

    /// <summary>Entries that have gone into the log.</summary>
    public long Published => _log.Entries;

    /// <summary>Starts the flusher of the lane.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await _users.ContainsAsync(Chat.HighOf(0), cancellationToken);
        await _lanes.StartAsync(cancellationToken);
    }

    /// <summary>Takes a batch in, on the calling thread: each message is in its lane when this returns.</summary>
    public void TakeIn()
    {
        var buffer = new ReadOnlySequence<byte>(_received);
        while (FrameReader.TryRead(ref buffer, _options.MaxFrameBytes, out var header, out var body) == FrameReadResult.Frame)
        {
            // Done already, so the task is one that costs nothing.
            Chat.MustBeDone(_dispatcher.DispatchAsync(_sender.Session, header, body).AsTask());
        }
    }

    /// <summary>Waits until the lane is empty.</summary>
    public Task SettleAsync(CancellationToken cancellationToken) => _lanes.SettleAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _lanes.StopAsync(CancellationToken.None);
        _lanes.Dispose();
        _meter.Dispose();
    }

    private static byte[] Frames()
    {
        var frames = new ArrayBufferWriter<byte>();
        for (var number = 1; number <= BatchMessages; number++)
        {
            FrameWriter.Write(frames, Command.MsgData, (ushort)number, new IMMsgData
            {
                FromUserId = Chat.LowOf(0).Value,
                ToSessionId = Chat.HighOf(0).Value,
                MsgId = 0,
                CreateTime = 0,
                MsgType = MsgType.SingleText,
                MsgData = Chat.Data,
                ClientMsgId = Chat.Id((ulong)number),
            });
        }

        return frames.WrittenSpan.ToArray();
    }

    private sealed class Everybody : IUserDirectory
    {
        public ValueTask<IReadOnlyList<UserProfile>> GetAsync(IReadOnlyList<UserId> users, CancellationToken cancellationToken) =>
            new([.. users.Select(static user => new UserProfile(user, $"user{user}", "", 0, "", 0, "", "", "", 0, "", 0))]);

        public ValueTask<UserAccount?> FindAsync(string name, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<IReadOnlyList<UserProfile>> ListChangedAsync(
            long updatedSinceSeconds, int max, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<IReadOnlyList<Department>> ListDepartmentsAsync(
            long updatedAfterSeconds, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
