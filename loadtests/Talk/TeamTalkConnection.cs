using System.Net;
using System.Net.Sockets;
using BrokerIm.Client;
using BrokerIm.Client.Wire;
using BrokerIm.Contracts.Wire;
using BrokerIm.LoadTests.Measuring;
using BrokerIm.LoadTests.Users;
using Google.Protobuf;

namespace BrokerIm.LoadTests.Talk;

/// <summary>A connection of TeamTalk's protocol, to BrokerIm or to any other server that speaks it.</summary>
internal sealed class TeamTalkConnection : ITalkConnection, IPduReceiver
{
    private const int MaxFrameBytes = 1024 * 1024;
    private const ushort QuestionSequence = 1;
    private const int LoginAttempts = 60;

    private static readonly TimeSpan s_beforeNextLogin = TimeSpan.FromSeconds(1);

    private readonly PduConnection _connection;
    private readonly WireMeter _wire;
    private readonly Task<Exception?> _receiving;
    private volatile Question? _question;
    private int _receivedBytes;

    private TeamTalkConnection(PduConnection connection, WireMeter wire)
    {
        _connection = connection;
        _wire = wire;
        _receiving = connection.ReceiveAsync(this);
    }

    /// <summary>Told of acks and messages, once there is a conversation.</summary>
    public ITalkListener? Listener { get; set; }

    /// <summary>Told of each heartbeat that came back.</summary>
    public Action? HeartbeatReturned { get; set; }

    /// <summary>User id, from the login on.</summary>
    public uint Self { get; private set; }

    /// <summary>Where messages go and come from.</summary>
    public Peer Peer { get; set; }

    /// <inheritdoc/>
    public Task<Exception?> Ended => _receiving;

    /// <summary>Connects.</summary>
    /// <param name="target">Server.</param>
    /// <param name="wire">Counts bytes.</param>
    /// <param name="abort">
    /// Whether the end of the connection is a reset. One that is closed in good order keeps its local port for a minute, and a storm
    /// of logins would run out of them.
    /// </param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidOperationException">Nobody answers there.</exception>
    public static async Task<TeamTalkConnection> ConnectAsync(
        EndPoint target, WireMeter wire, bool abort, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (abort)
                socket.LingerState = new(enable: true, seconds: 0);
            await socket.ConnectAsync(target, cancellationToken);
            return new(new(socket, MaxFrameBytes), wire);
        }
        catch (SocketException exception)
        {
            socket.Dispose();
            throw new InvalidOperationException($"No connection to {target}: {exception.Message}", exception);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Connects and logs in with a password; comes again when the server says that it cannot let anybody in just now.</summary>
    /// <exception cref="InvalidOperationException">The server refuses, or has had no room for a minute.</exception>
    public static async Task<(TeamTalkConnection Connection, IMLoginRes Login)> LogInAsync(
        EndPoint target, LoadUser account, ClientType clientType, WireMeter wire, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var connection = await ConnectAsync(target, wire, abort: false, cancellationToken);
            try
            {
                var reply = await connection.LogInAsync(LoginOf(account, clientType), cancellationToken);
                if (reply.ResultCode == ResultType.Ok)
                    return (connection, reply);
                if (reply.ResultCode is ResultType.ValidationFailed or ResultType.VersionTooOld || attempt == LoginAttempts)
                    throw new InvalidOperationException($"Login of {account.Name} refused: {reply.ResultCode} {reply.ResultString}");
            }
            catch
            {
                await connection.DisposeAsync();
                throw;
            }

            await connection.DisposeAsync();
            await Task.Delay(s_beforeNextLogin, cancellationToken);
        }
    }

    /// <summary>A login with a password.</summary>
    public static IMLoginReq LoginOf(LoadUser account, ClientType clientType) => new()
    {
        UserName = account.Name,
        Password = account.SentPassword(),
        OnlineStatus = UserStatType.Online,
        ClientType = clientType,
        ClientVersion = "loadtest",
    };

    /// <summary>Logs in; the answer may be a refusal.</summary>
    public async Task<IMLoginRes> LogInAsync(IMLoginReq request, CancellationToken cancellationToken)
    {
        var reply = await AskAsync(Command.LoginReq, request, Command.LoginRes, IMLoginRes.Parser, cancellationToken);
        if (reply.ResultCode == ResultType.Ok)
            Self = reply.UserInfo.UserId;
        return reply;
    }

    /// <summary>How far a conversation is.</summary>
    public async Task<uint> LatestIdAsync(Peer peer, CancellationToken cancellationToken)
    {
        var request = new IMGetLatestMsgIdReq { UserId = Self, SessionType = peer.SessionType, SessionId = peer.Id };
        return (await AskAsync(
            Command.GetLatestMsgIdReq, request, Command.GetLatestMsgIdRsp, IMGetLatestMsgIdRsp.Parser, cancellationToken)).LatestMsgId;
    }

    /// <summary>Asks and waits for the answer; one question at a time.</summary>
    /// <exception cref="InvalidOperationException">The connection ended first.</exception>
    public async Task<TReply> AskAsync<TReply>(
        ushort command, IMessage request, ushort replyCommand, MessageParser<TReply> parser, CancellationToken cancellationToken)
        where TReply : IMessage<TReply>
    {
        var question = new Question(replyCommand);
        _question = question;
        _connection.TryWrite(command, QuestionSequence, request);
        _connection.Flush();
        _wire.Sent.Add(FrameHeader.Size + request.CalculateSize());
        await Task.WhenAny(question.Answer.Task, _receiving).WaitAsync(cancellationToken);
        return question.Answer.Task.IsCompleted
            ? parser.ParseFrom(await question.Answer.Task)
            : throw new InvalidOperationException($"The server closed the connection: {(await _receiving)?.Message ?? "no reason given"}");
    }

    /// <summary>Says something that has no answer.</summary>
    public void Tell(ushort command, IMessage body)
    {
        _connection.TryWrite(command, sequence: 0, body);
        _connection.Flush();
        _wire.Sent.Add(FrameHeader.Size + body.CalculateSize());
    }

    /// <inheritdoc/>
    public void Send(in SendWindow.Slot slot, ReadOnlySpan<byte> data)
    {
        var body = new MessageBody
        {
            FromUserId = Self,
            ToSessionId = Peer.Id,
            Type = Peer.IsGroup ? MsgType.GroupText : MsgType.SingleText,
            Data = data,
            SendId = slot.SendId,
        };
        _connection.TryWrite(Command.MsgData, SendWindow.SequenceOf(slot.Number), body);
        _wire.Sent.Add(FrameHeader.Size + body.CalculateSize());
    }

    /// <inheritdoc/>
    public void Flush() => _connection.Flush();

    /// <inheritdoc/>
    public void Beat()
    {
        _connection.TryWrite(Command.Heartbeat, sequence: 0, body: null);
        _connection.Flush();
        _wire.Sent.Add(FrameHeader.Size);
    }

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        await _receiving;
    }

    void IPduReceiver.OnFrame(in FrameHeader header, ReadOnlySpan<byte> body)
    {
        _receivedBytes += (int)header.Length;
        switch (header.Command)
        {
            case Command.MsgDataAck when MessageAck.TryRead(body, out var ack):
                Listener?.OnAck(ack.SendId is { } sendId ? (long)sendId.Lower : null, header.Sequence, ack.MessageId, ack.Status);
                break;
            case Command.MsgData when MessageView.TryRead(body, out var message):
                if (IsOfPeer(message))
                    Listener?.OnMessage(message.Data, message.MessageId);
                break;
            case Command.Heartbeat:
                HeartbeatReturned?.Invoke();
                break;
            default:
                if (_question is { } question && question.ReplyCommand == header.Command)
                    question.Answer.TrySetResult(body.ToArray());
                break;
        }
    }

    ValueTask IPduReceiver.OnBatchAsync()
    {
        _wire.Received.Add(_receivedBytes);
        _receivedBytes = 0;
        Listener?.OnBatch();
        return default;
    }

    private bool IsOfPeer(in MessageView message) => Peer.IsGroup
        ? message.Type is MsgType.GroupText && message.ToSessionId == Peer.Id
        : message.Type is MsgType.SingleText && message.FromUserId == Peer.Id;

    private sealed record Question(ushort ReplyCommand)
    {
        public TaskCompletionSource<byte[]> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
