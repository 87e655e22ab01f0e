using System.Net.Sockets;
using BrokerIm.Client.Wire;
using BrokerIm.Contracts.Wire;

namespace BrokerIm.LoadTests.SelfTest;

/// <summary>One client of a sink.</summary>
internal sealed class SinkConnection : IPduReceiver, IAsyncDisposable
{
    private const int MaxFrameBytes = 256 * 1024;

    // Tag, length and the sixteen bytes of field 21, which our own client writes last.
    private const int SendIdFieldBytes = 19;

    private readonly PduConnection _connection;
    private readonly SinkServer _server;
    private readonly Task<Exception?> _receiving;
    private readonly HashSet<SinkConnection> _touched = [];
    private uint _user;

    public SinkConnection(Socket socket, SinkServer server)
    {
        _connection = new(socket, MaxFrameBytes);
        _server = server;
        _receiving = _connection.ReceiveAsync(this);
    }

    void IPduReceiver.OnFrame(in FrameHeader header, ReadOnlySpan<byte> body)
    {
        _touched.Add(this);
        switch (header.Command)
        {
            case Command.MsgData when MessageView.TryRead(body, out var message):
                Take(header.Sequence, message, body[^SendIdFieldBytes..]);
                break;
            case Command.Heartbeat:
                _connection.TryWrite(Command.Heartbeat, header.Sequence, body: null);
                break;
            case Command.LoginReq:
                _connection.TryWrite(Command.LoginRes, header.Sequence, LogIn(IMLoginReq.Parser.ParseFrom(body)));
                break;
            case Command.GetLatestMsgIdReq:
                _connection.TryWrite(Command.GetLatestMsgIdRsp, header.Sequence, LatestId(IMGetLatestMsgIdReq.Parser.ParseFrom(body)));
                break;
            case Command.GroupCreateReq:
                _connection.TryWrite(Command.GroupCreateRsp, header.Sequence, MakeGroup(IMGroupCreateReq.Parser.ParseFrom(body)));
                break;
        }
    }

    ValueTask IPduReceiver.OnBatchAsync()
    {
        foreach (var connection in _touched)
            connection._connection.Flush();
        _touched.Clear();
        return default;
    }

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        await _receiving;
    }

    private void Take(ushort sequence, in MessageView message, ReadOnlySpan<byte> sendId)
    {
        var isGroup = message.Type is MsgType.GroupText or MsgType.GroupAudio;
        var conversation = isGroup ? _server.Group(message.ToSessionId) : _server.Pair(_user, message.ToSessionId);
        if (conversation is null)
            return;

        var fault = _server.NextFault();
        if (fault == SinkFault.Disconnect)
        {
            _connection.Close();
            return;
        }

        lock (conversation.Gate)
        {
            conversation.Head += fault switch { SinkFault.Refuse => 0u, SinkFault.SkipId => 2, _ => 1 };
            if (fault != SinkFault.Ignore)
                Answer(sequence, message, isGroup, conversation.Head, fault == SinkFault.Refuse ? SendStatus.Refused : SendStatus.Stored, sendId);
            Deliver(conversation, message, fault);
        }
    }

    private void Answer(
        ushort sequence, in MessageView message, bool isGroup, uint id, SendStatus status, ReadOnlySpan<byte> sendId) =>
        _connection.TryWrite(Command.MsgDataAck, sequence, new SinkAck
        {
            UserId = _user,
            SessionId = message.ToSessionId,
            MessageId = id,
            SessionType = isGroup ? SessionType.Group : SessionType.Single,
            Status = status,
            SendIdField = sendId,
        });

    private void Deliver(SinkConversation conversation, in MessageView message, SinkFault fault)
    {
        if (fault is SinkFault.Lose or SinkFault.Refuse)
            return;

        if (fault == SinkFault.Delay)
        {
            PutOff(conversation, conversation.Head, message.ToSessionId, message.Type, message.Data.ToArray());
            return;
        }

        Push(conversation, conversation.Head + (fault == SinkFault.Misname ? 1_000u : 0), message.ToSessionId, message.Type, message.Data);
        if (fault == SinkFault.Double)
            Push(conversation, conversation.Head, message.ToSessionId, message.Type, message.Data);
        if (conversation.Delayed is { } delayed && delayed.From == _user)
        {
            delayed.Push();
            conversation.Delayed = null;
        }
    }

    // Apart from the ordinary way, because a method that captures what it was given allocates whenever it is called.
    private void PutOff(SinkConversation conversation, uint id, uint to, MsgType type, byte[] data) =>
        conversation.Delayed = (_user, () => Push(conversation, id, to, type, data));

    private void Push(SinkConversation conversation, uint id, uint to, MsgType type, ReadOnlySpan<byte> data)
    {
        foreach (var member in conversation.Members)
        {
            if (member == _user || _server.Find(member) is not { } receiver)
                continue;

            receiver._connection.TryWrite(Command.MsgData, sequence: 0, new SinkDelivery
            {
                FromUserId = _user, ToSessionId = to, MessageId = id, Type = type, Data = data,
            });
            _touched.Add(receiver);
        }
    }

    private IMLoginRes LogIn(IMLoginReq request)
    {
        _user = _server.IdOf(request.UserName);
        _server.Enter(_user, this);
        var now = DateTimeOffset.UtcNow;
        return new()
        {
            ServerTime = (uint)now.ToUnixTimeSeconds(),
            ServerTimeMs = (ulong)now.ToUnixTimeMilliseconds(),
            ResultCode = ResultType.Ok,
            UserInfo = new()
            {
                UserId = _user, UserGender = 0, UserNickName = request.UserName, AvatarUrl = "", DepartmentId = 1, Email = "",
                UserRealName = "", UserTel = "", UserDomain = "", Status = 0,
            },
        };
    }

    private IMGetLatestMsgIdRsp LatestId(IMGetLatestMsgIdReq request)
    {
        var conversation = request.SessionType == SessionType.Group
            ? _server.Group(request.SessionId)
            : _server.Pair(_user, request.SessionId);
        return new()
        {
            UserId = _user, SessionType = request.SessionType, SessionId = request.SessionId, LatestMsgId = conversation?.Head ?? 0,
        };
    }

    private IMGroupCreateRsp MakeGroup(IMGroupCreateReq request) => new()
    {
        UserId = _user,
        ResultCode = 0,
        GroupId = _server.MakeGroup([.. request.MemberIdList.Append(_user).Distinct()]),
        GroupName = request.GroupName,
        UserIdList = { request.MemberIdList },
    };
}
