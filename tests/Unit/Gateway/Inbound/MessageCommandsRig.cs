using System.Buffers;
using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Values;
using BrokerIm.Gateway;
using BrokerIm.Gateway.Commands;
using BrokerIm.Gateway.Groups;
using BrokerIm.Gateway.Inbound;
using BrokerIm.Tests.Support;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace BrokerIm.Tests.Unit.Gateway.Inbound;

/// <summary>The commands of messages and read marks, with the lanes of a gateway behind them and Alice's connection before them.</summary>
internal sealed class MessageCommandsRig : IAsyncDisposable
{
    public const uint Alice = 1001;
    public const uint Bob = 1002;

    private readonly CommandTable _table;

    public MessageCommandsRig()
    {
        Inbound = new(time: Time);
        var options = Options.Create(Inbound.Options);
        var frames = new GatewayMetrics(Inbound.Meter.Meter);
        var commands = new MessageCommands(
            Inbound.Lanes,
            new KnownUsers(Users, new QueryDeadline(options, Time), options, Time),
            new GroupAccess(Groups, new QueryDeadline(options, Time), Time),
            options,
            Time,
            frames,
            new InboundMetrics(Inbound.Meter.Meter),
            NullLogger<MessageCommands>.Instance);
        _table = new([commands], options, frames, NullLogger<CommandTable>.Instance);
        Connection = TestSession.LoggedIn(new(Alice), Time);
    }

    public ManualTimeProvider Time { get; } = new();

    public InMemoryUsers Users { get; } = new(Alice, Bob);

    public InMemoryConversations Groups { get; } = new();

    public InboundRig Inbound { get; }

    /// <summary>Alice's connection.</summary>
    public TestSession Connection { get; }

    public long NowMs => Time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>A client message id of this moment.</summary>
    public ByteString NewId(ulong number) => new ClientMessageId(((ulong)NowMs << 16) | number, number).ToByteString();

    /// <summary>The answers that Alice has got.</summary>
    public IEnumerable<IMMsgDataAck> Acks() => Connection.Received()
        .Where(frame => frame.Header.Command == Command.MsgDataAck).Select(frame => IMMsgDataAck.Parser.ParseFrom(frame.Body));

    /// <summary>Has Alice send a message.</summary>
    public Task SendAsync(IMMsgData message, ushort sequence = 1) => HandleAsync(Command.MsgData, sequence, message);

    /// <summary>Has Alice send a command.</summary>
    public async Task HandleAsync(ushort command, ushort sequence, IMessage body)
    {
        var handler = _table.Find(command)!;
        await handler(
            Connection.Session,
            FrameHeader.For(command, body.CalculateSize(), sequence),
            new ReadOnlySequence<byte>(body.ToByteArray()),
            TestContext.Current.CancellationToken);
    }

    /// <summary>A message as a client puts it on the wire.</summary>
    public static IMMsgData Message(
        uint from = Alice,
        uint to = Bob,
        MsgType type = MsgType.SingleText,
        string data = "isFbgVCILeNPXzVe+MncXQ==",
        ByteString? clientId = null)
    {
        var message = new IMMsgData
        {
            FromUserId = from,
            ToSessionId = to,
            MsgId = 0,
            CreateTime = 0,
            MsgType = type,
            MsgData = ByteString.CopyFromUtf8(data),
            AttachData = ByteString.CopyFromUtf8("forged"),
        };
        if (clientId is not null)
            message.ClientMsgId = clientId;
        return message;
    }

    public ValueTask DisposeAsync() => Inbound.DisposeAsync();
}
