using System.Buffers.Binary;
using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Values;
using BrokerIm.Simulation.Engine;
using Google.Protobuf;

namespace BrokerIm.Simulation.Clients;

/// <summary>
/// A user's client: logs in, reads what it lacks, takes what is pushed to it, sends and sends again until it has an answer. It does not
/// look for gaps by itself, as old clients do not, so what it holds is what the server gave it.
/// </summary>
internal sealed class Device(Cluster cluster, Devices devices, int number, UserId user, ClientType client)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan s_tick = TimeSpan.FromSeconds(1);

    private readonly Inbox _inbox = new(cluster, user, number);
    private readonly Dictionary<ByteString, Sending> _sent = [];
    private readonly HashSet<ByteString> _waiting = [];
    private Connection? _connection;
    private bool _loggedIn;
    private bool _leaves;
    private TimeSpan _connectedAt;
    private ushort _sequence = 1;
    private uint _made;

    /// <summary>Whose.</summary>
    public UserId User => user;

    private Scheduler Scheduler => cluster.Scheduler;

    /// <summary>Connects, and looks once a second whether everything is as it should be.</summary>
    public void Start() => Scheduler.After(Scheduler.Within(s_tick), null, "", () =>
    {
        Look();
        Start();
    });

    /// <summary>Hangs up; comes back a little later.</summary>
    public void HangUp() => _leaves = true;

    /// <summary>Sends a message, when it can.</summary>
    public void Say(ConversationId conversation)
    {
        if (!_loggedIn)
            return;

        var content = new byte[2 * sizeof(uint)];
        BinaryPrimitives.WriteInt32BigEndian(content, number);
        BinaryPrimitives.WriteUInt32BigEndian(content.AsSpan(sizeof(uint)), ++_made);
        Span<byte> unique = stackalloc byte[10];
        content.CopyTo(unique);
        var nowMs = (Scheduler.Start + Scheduler.Now).ToUnixTimeMilliseconds();
        var id = ClientMessageId.Create(nowMs, unique).ToByteString();
        var message = new IMMsgData
        {
            FromUserId = user.Value,
            ToSessionId = conversation.IsGroup ? conversation.GroupId : conversation.PeerOf(user).Value,
            MsgId = 0,
            CreateTime = 0,
            MsgType = conversation.IsGroup ? MsgType.GroupText : MsgType.SingleText,
            MsgData = ByteString.CopyFrom(content),
            ClientMsgId = id,
        };
        Scheduler.Trace.Add(Scheduler.Now, $"device{number}", $"sends to {conversation}", _made);
        _waiting.Add(id);
        Send(_sent[id] = new(conversation, message));
    }

    /// <summary>Holds what it has against what it should have.</summary>
    public void CheckEnd()
    {
        if (!_loggedIn)
            Scheduler.Violate($"device {number} of user {user} is not logged in at the end");
        foreach (var id in _waiting)
            Scheduler.Violate($"device {number} of user {user} has no answer to a send to {_sent[id].Conversation}");
        _inbox.CheckEnd();
    }

    private void Look()
    {
        if (_connection is { } connection && (connection.IsBroken || _leaves || IsIgnored()))
        {
            Scheduler.Trace.Add(Scheduler.Now, $"device{number}", $"leaves {connection.Gateway.Node.Name}");
            connection.HangUp();
            (_connection, _loggedIn, _leaves) = (null, false, false);
            return;
        }

        if (_connection is null)
            Connect();
        if (!_loggedIn)
            return;

        foreach (var id in _waiting)
        {
            if (Scheduler.Now - _sent[id].SentAt >= s_patience)
                Send(_sent[id]);
        }
    }

    private bool IsIgnored() => !_loggedIn && Scheduler.Now - _connectedAt > s_patience;

    private void Connect()
    {
        if (devices.AnyGateway() is not { } gateway)
            return;

        _connectedAt = Scheduler.Now;
        _inbox.Reconnected(gateway.Address);
        Connection? connection = null;
        _connection = connection = new(gateway, (header, body) => Receive(connection!, header, body));
        connection.LogIn(user, client);
    }

    private void Send(Sending sending)
    {
        sending.SentAt = Scheduler.Now;
        _connection!.Send(Command.MsgData, ++_sequence == 0 ? ++_sequence : _sequence, sending.Message);
    }

    private void Receive(Connection from, FrameHeader header, byte[] body)
    {
        if (from != _connection)
            return;

        switch (header.Command)
        {
            case Command.LoginRes:
                Scheduler.Trace.Add(Scheduler.Now, $"device{number}", $"is logged in at {from.Gateway.Node.Name}");
                _loggedIn = true;
                _inbox.ReadWhatIsThere(from);
                break;
            case Command.MsgData:
                _inbox.Push(IMMsgData.Parser.ParseFrom(body));
                break;
            case Command.MsgDataAck:
                Answer(IMMsgDataAck.Parser.ParseFrom(body));
                break;
        }
    }

    private void Answer(IMMsgDataAck ack)
    {
        if (!_sent.TryGetValue(ack.ClientMsgId, out var sent))
            return;

        Scheduler.Trace.Add(Scheduler.Now, $"device{number}", $"is answered {ack.SendStatus} in {sent.Conversation}", ack.MsgId);
        switch (ack.SendStatus)
        {
            case SendStatus.Unknown or SendStatus.Busy:
                // It comes again under its id.
                return;
            case SendStatus.Stored or SendStatus.Duplicate:
                _inbox.Own(sent.Conversation, ack.MsgId, sent.Message.MsgData);
                break;
            case SendStatus.Stale or SendStatus.Refused:
                // An earlier try may have been stored; what is there tells.
                _inbox.ReadAgain(_connection!);
                break;
            default:
                Scheduler.Violate($"device {number}: {ack.SendStatus} for a message of its own");
                break;
        }

        _waiting.Remove(ack.ClientMsgId);
    }

    private sealed class Sending(ConversationId conversation, IMMsgData message)
    {
        public ConversationId Conversation => conversation;

        public IMMsgData Message => message;

        public TimeSpan SentAt { get; set; }
    }
}
