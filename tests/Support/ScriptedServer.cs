using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using BrokerIm.Client;
using BrokerIm.Client.Wire;
using BrokerIm.Contracts.Wire;
using Google.Protobuf;

namespace BrokerIm.Tests.Support;

/// <summary>What the server does with the next message a client sends.</summary>
public enum Act
{
    /// <summary>Store it once and acknowledge.</summary>
    Store,

    /// <summary>Store it and say nothing: the ack is lost.</summary>
    StoreInSilence,

    /// <summary>Store it and cut the connection.</summary>
    StoreAndCut,

    /// <summary>Cut the connection at once.</summary>
    Cut,

    /// <summary>Neither store nor answer.</summary>
    Ignore,

    /// <summary>Answer that the outcome is unknown.</summary>
    Unknown,

    /// <summary>Answer that the id lies in the future, and what time it is.</summary>
    Clock,

    /// <summary>Answer that it will not be stored.</summary>
    Refuse,

    /// <summary>Answer that it is too old.</summary>
    Stale,

    /// <summary>Answer that the id belongs to message 7.</summary>
    Conflict,

    /// <summary>Answer that it may come again in a moment.</summary>
    Busy,

    /// <summary>Store it and acknowledge as a server that knows no send ids.</summary>
    StoreAsOriginal,
}

/// <summary>
/// A small server on a real loopback socket that does as it is told: it keeps conversations, and misbehaves with the messages for
/// which a test says so. The user who logs in is always <see cref="Self"/>.
/// </summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    /// <summary>Id of whoever logs in.</summary>
    public const uint Self = 1001;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentQueue<Act> _acts = new();
    private readonly ConcurrentDictionary<Peer, List<IMMsgData>> _conversations = new();
    private readonly ConcurrentDictionary<Peer, uint> _hiddenUpTo = new();
    private readonly Channel<ScriptedConnection> _logins = Channel.CreateUnbounded<ScriptedConnection>();
    private readonly Channel<(ReceivedPdu Frame, IMMsgData Message)> _messages =
        Channel.CreateUnbounded<(ReceivedPdu Frame, IMMsgData Message)>();

    private readonly Channel<ReceivedPdu> _others = Channel.CreateUnbounded<ReceivedPdu>();
    private readonly ConcurrentBag<Task> _serving = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;
    private volatile ScriptedConnection? _latest;

    public ScriptedServer()
    {
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Every login, in order.</summary>
    public ChannelReader<ScriptedConnection> Logins => _logins.Reader;

    /// <summary>Every message as a client sent it, repeats included.</summary>
    public ChannelReader<(ReceivedPdu Frame, IMMsgData Message)> Messages => _messages.Reader;

    /// <summary>Every frame that is not a login, a message, a heartbeat or a query about conversations.</summary>
    public ChannelReader<ReceivedPdu> Others => _others.Reader;

    /// <summary>What logins are answered with.</summary>
    public ResultType LoginResult { get; set; } = ResultType.Ok;

    /// <summary>Tokens that are good, by device; the last is given out at each login of that device. Null: tokens are not known.</summary>
    public ConcurrentDictionary<ByteString, ByteString>? Tokens { get; init; }

    /// <summary>The server's clock.</summary>
    public long NowMs { get; set; } = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

    /// <summary>Whether heartbeats are echoed and anything at all is answered after the login.</summary>
    public bool IsDeaf { get; set; }

    /// <summary>How many unread messages every conversation is said to have.</summary>
    public uint Unread { get; set; }

    /// <summary>How often the history was asked.</summary>
    public int HistoryRequests { get; private set; }

    /// <summary>Options of a client of this server, impatient enough for a test.</summary>
    public ImClientOptions Options(TimeSpan? ackTimeout = null) => new()
    {
        Host = "127.0.0.1",
        Port = Port,
        Name = "alice",
        Password = "123456",
        AckTimeout = ackTimeout ?? TimeSpan.FromSeconds(30),
        LoginTimeout = TimeSpan.FromSeconds(30),
        ConnectTimeout = TimeSpan.FromSeconds(30),
        RequestTimeout = TimeSpan.FromSeconds(30),
        ReconnectMinDelay = TimeSpan.FromMilliseconds(1),
        ReconnectMaxDelay = TimeSpan.FromMilliseconds(20),
    };

    /// <summary>Says what to do with the next messages, one each; afterwards messages are stored.</summary>
    public void Expect(params ReadOnlySpan<Act> acts)
    {
        foreach (var act in acts)
            _acts.Enqueue(act);
    }

    /// <summary>Adds a message to a conversation without telling anybody.</summary>
    public IMMsgData Keep(uint peer, string text, bool own = false, long? timeMs = null) =>
        Keep(peer, own ? Self : peer, own ? peer : Self, MsgType.SingleText, text, timeMs);

    /// <summary>Adds a message to a group without telling anybody.</summary>
    public IMMsgData KeepInGroup(uint group, uint from, string text, long? timeMs = null) =>
        Keep(Peer.Group(group), from, group, MsgType.GroupText, text, timeMs);

    /// <summary>Messages up to this id are older than the membership of the user: the history does not show them.</summary>
    public void Hide(uint group, uint upTo) => _hiddenUpTo[Peer.Group(group)] = upTo;

    /// <summary>What is stored of a conversation.</summary>
    public IReadOnlyList<IMMsgData> Stored(Peer peer)
    {
        var conversation = _conversations.GetOrAdd(peer, _ => []);
        lock (conversation)
            return [.. conversation];
    }

    /// <summary>Answers the next frame of <see cref="Others"/>, which must be this request, on the latest connection.</summary>
    /// <returns>The request.</returns>
    public async Task<T> AnswerAsync<T>(ushort command, MessageParser<T> parser, ushort replyCommand, Func<T, IMessage> answer)
        where T : IMessage<T>
    {
        var frame = await Others.NextAsync();
        Assert.Equal(command, frame.Header.Command);
        var request = frame.Parse(parser);
        _latest!.Send(replyCommand, frame.Header.Sequence, answer(request));
        return request;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        await Task.WhenAll(_serving);
        _stop.Dispose();
    }

    private IMMsgData Keep(Peer peer, uint from, uint to, MsgType type, string text, long? timeMs) => Append(peer, new()
    {
        FromUserId = from,
        ToSessionId = to,
        MsgType = type,
        MsgData = ByteString.CopyFrom(TextCipher.Default.Encrypt(text)),
        CreateTime = (uint)((timeMs ?? NowMs) / 1_000),
    });

    private IMMsgData Append(Peer peer, IMMsgData message)
    {
        var conversation = _conversations.GetOrAdd(peer, _ => []);
        lock (conversation)
        {
            message.MsgId = (uint)conversation.Count + 1;
            conversation.Add(message);
            return message;
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _serving.Add(ServeAsync(await _listener.AcceptSocketAsync(_stop.Token)));
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException)
        {
            // Stopped.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        await using var connection = new ScriptedConnection(socket);
        try
        {
            await foreach (var frame in connection.ReadAllAsync(_stop.Token))
                Answer(connection, frame);
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
    }

    private void Answer(ScriptedConnection connection, ReceivedPdu frame)
    {
        if (connection.IsCut || (IsDeaf && frame.Header.Command != Command.LoginReq))
            return;

        switch (frame.Header.Command)
        {
            case Command.LoginReq:
                Login(connection, frame);
                break;
            case Command.Heartbeat:
                connection.Send(Command.Heartbeat, frame.Header.Sequence, new IMHeartBeat());
                break;
            case Command.MsgData:
                Receive(connection, frame, frame.Parse(IMMsgData.Parser));
                break;
            case Command.GetMsgListReq:
                HistoryRequests++;
                connection.Send(Command.GetMsgListRsp, frame.Header.Sequence, Page(frame.Parse(IMGetMsgListReq.Parser)));
                break;
            case Command.RecentContactSessionReq:
                connection.Send(Command.RecentContactSessionRsp, frame.Header.Sequence, Recent());
                break;
            case Command.UnreadMsgCntReq:
                connection.Send(Command.UnreadMsgCntRsp, frame.Header.Sequence, UnreadCounts());
                break;
            case Command.UsersStatReq:
                connection.Send(Command.UsersStatRsp, frame.Header.Sequence, Online(frame.Parse(IMUsersStatReq.Parser)));
                break;
            case Command.LogoutReq:
                connection.Send(Command.LogoutRsp, frame.Header.Sequence, new IMLogoutRsp { ResultCode = 0 });
                break;
            default:
                _others.Writer.TryWrite(frame);
                break;
        }
    }

    private void Login(ScriptedConnection connection, ReceivedPdu frame)
    {
        connection.LoginRequest = frame.Parse(IMLoginReq.Parser);
        var reply = new IMLoginRes
        {
            ServerTime = (uint)(NowMs / 1_000), ResultCode = LoginResult, ResultString = "as told", ServerTimeMs = (ulong)NowMs,
        };
        if (LoginResult == ResultType.Ok && Tokens is { } tokens)
            reply = Resume(connection.LoginRequest, tokens, reply);
        if (reply.ResultCode == ResultType.Ok)
        {
            reply.UserInfo = new()
            {
                UserId = Self, UserGender = 0, UserNickName = "Alice", AvatarUrl = "", DepartmentId = 0, Email = "",
                UserRealName = "alice", UserTel = "", UserDomain = "", Status = 0,
            };
        }

        connection.Send(Command.LoginRes, frame.Header.Sequence, reply);
        _latest = connection;
        _logins.Writer.TryWrite(connection);
    }

    private static IMLoginRes Resume(IMLoginReq request, ConcurrentDictionary<ByteString, ByteString> tokens, IMLoginRes reply)
    {
        if (request.HasResumeToken
            && (!tokens.TryGetValue(request.DeviceId, out var known) || !known.Equals(request.ResumeToken)))
        {
            reply.ResultCode = ResultType.ValidationFailed;
            return reply;
        }

        reply.ResumeToken = tokens[request.DeviceId] = ByteString.CopyFrom(Guid.NewGuid().ToByteArray());
        return reply;
    }

    private void Receive(ScriptedConnection connection, ReceivedPdu frame, IMMsgData message)
    {
        var act = _acts.TryDequeue(out var next) ? next : Act.Store;
        var kept = act is Act.Store or Act.StoreInSilence or Act.StoreAndCut or Act.StoreAsOriginal ? KeepOnce(message) : default;
        switch (act)
        {
            case Act.Store:
                Ack(connection, frame, message, kept.Id, kept.IsNew ? SendStatus.Stored : SendStatus.Duplicate);
                break;
            case Act.StoreAsOriginal:
                Ack(connection, frame, message, kept.Id, status: null);
                break;
            case Act.Unknown:
                Ack(connection, frame, message, 0, SendStatus.Unknown);
                break;
            case Act.Busy:
                Ack(connection, frame, message, 0, SendStatus.Busy);
                break;
            case Act.Clock:
                Ack(connection, frame, message, 0, SendStatus.Clock);
                break;
            case Act.Refuse:
                Ack(connection, frame, message, 0, SendStatus.Refused);
                break;
            case Act.Stale:
                Ack(connection, frame, message, 0, SendStatus.Stale);
                break;
            case Act.Conflict:
                Ack(connection, frame, message, 7, SendStatus.Conflict);
                break;
            case Act.Cut or Act.StoreAndCut:
                connection.Cut();
                break;
        }

        _messages.Writer.TryWrite((frame, message));
    }

    private static Peer PeerOf(IMMsgData sent) => new(sent.ToSessionId, sent.MsgType is MsgType.GroupText or MsgType.GroupAudio);

    private (uint Id, bool IsNew) KeepOnce(IMMsgData message)
    {
        var peer = PeerOf(message);
        var earlier = Stored(peer).FirstOrDefault(
            kept => kept.HasClientMsgId && kept.ClientMsgId.Equals(message.ClientMsgId));
        if (earlier is not null)
            return (earlier.MsgId, false);

        var copy = message.Clone();
        copy.FromUserId = Self;
        copy.CreateTime = (uint)(NowMs / 1_000);
        return (Append(peer, copy).MsgId, true);
    }

    private void Ack(ScriptedConnection connection, ReceivedPdu frame, IMMsgData message, uint id, SendStatus? status)
    {
        var ack = new IMMsgDataAck
        {
            UserId = Self, SessionId = message.ToSessionId, MsgId = id, SessionType = PeerOf(message).SessionType,
        };
        if (status is { } outcome)
        {
            ack.ClientMsgId = message.ClientMsgId;
            ack.SendStatus = outcome;
            ack.ServerTimeMs = (ulong)NowMs;
            if (outcome == SendStatus.Busy)
                ack.RetryAfterMs = 10;
        }

        connection.Send(Command.MsgDataAck, frame.Header.Sequence, ack);
    }

    private IMGetMsgListRsp Page(IMGetMsgListReq request)
    {
        var peer = Peer.Of(request.SessionType, request.SessionId);
        var begin = request.MsgIdBegin == 0 ? uint.MaxValue : request.MsgIdBegin;
        var hidden = _hiddenUpTo.GetValueOrDefault(peer);
        var page = Stored(peer).Reverse().Where(message => message.MsgId <= begin && message.MsgId > hidden)
            .Take((int)request.MsgCnt);
        return new()
        {
            UserId = Self,
            SessionType = request.SessionType,
            SessionId = request.SessionId,
            MsgIdBegin = request.MsgIdBegin,
            MsgList =
            {
                page.Select(message => new MsgInfo
                {
                    MsgId = message.MsgId,
                    FromSessionId = message.FromUserId,
                    CreateTime = message.CreateTime,
                    MsgType = message.MsgType,
                    MsgData = message.MsgData,
                }),
            },
        };
    }

    private static IMUsersStatRsp Online(IMUsersStatReq request) => new()
    {
        UserId = Self,
        UserStatList = { request.UserIdList.Select(user => new UserStat { UserId = user, Status = UserStatType.Online }) },
    };

    private IMUnreadMsgCntRsp UnreadCounts() => new()
    {
        UserId = Self,
        TotalCnt = Unread,
        UnreadinfoList =
        {
            Recent().ContactSessionList.Where(_ => Unread > 0).Select(recent => new UnreadInfo
            {
                SessionId = recent.SessionId,
                SessionType = recent.SessionType,
                UnreadCnt = Unread,
                LatestMsgId = recent.LatestMsgId,
                LatestMsgData = recent.LatestMsgData,
                LatestMsgType = recent.LatestMsgType,
                LatestMsgFromUserId = recent.LatestMsgFromUserId,
            }),
        },
    };

    private IMRecentContactSessionRsp Recent() => new()
    {
        UserId = Self,
        ContactSessionList =
        {
            _conversations.Keys.Select(peer => (Peer: peer, Messages: Stored(peer))).Where(one => one.Messages.Count > 0).Select(one =>
                new ContactSessionInfo
                {
                    SessionId = one.Peer.Id,
                    SessionType = one.Peer.SessionType,
                    SessionStatus = SessionStatusType.Ok,
                    UpdatedTime = one.Messages[^1].CreateTime,
                    LatestMsgId = one.Messages[^1].MsgId,
                    LatestMsgData = one.Messages[^1].MsgData,
                    LatestMsgType = one.Messages[^1].MsgType,
                    LatestMsgFromUserId = one.Messages[^1].FromUserId,
                }),
        },
    };
}
