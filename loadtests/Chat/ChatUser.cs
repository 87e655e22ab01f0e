using System.Diagnostics;
using BrokerIm.Client;
using BrokerIm.Client.Wire;
using BrokerIm.Contracts.Wire;
using BrokerIm.LoadTests.Users;
using Google.Protobuf;

namespace BrokerIm.LoadTests.Chat;

/// <summary>One logged-in user of the scenario: sends to a partner, receives from it, and keeps the ledger of both.</summary>
internal sealed class ChatUser : IPduReceiver, IAsyncDisposable
{
    private const int MaxFrameBytes = 1024 * 1024;
    private const ushort SetupSequence = 1;

    private readonly ChatRun _run;
    private readonly PduConnection _connection;
    private readonly Task<Exception?> _receiving;
    private readonly Lock _gate = new();
    private readonly SendWindow _window;
    private readonly Queue<long> _late = new();
    private readonly byte[] _data;
    private readonly ushort _salt = (ushort)Random.Shared.Next();
    private TaskCompletionSource<IMessage> _setup = new();
    private uint _partner;
    private long _now;

    private ChatUser(ChatRun run, PduConnection connection)
    {
        _run = run;
        _connection = connection;
        _window = new(run.Options.Outstanding);
        _data = new byte[run.Options.MessageBytes];
        _receiving = connection.ReceiveAsync(this);
    }

    /// <summary>User id.</summary>
    public uint Id { get; private set; }

    /// <summary>What this user has seen.</summary>
    public ChatLedger Ledger { get; } = new();

    /// <summary>Messages that were refused, with the outcome the server named last.</summary>
    public (long Count, SendStatus Last) Refused { get; private set; }

    /// <summary>Whether the connection ended, which in this scenario it must not.</summary>
    public bool IsGone => _receiving.IsCompleted;

    /// <summary>Whether everything that was to be sent has been answered.</summary>
    public bool IsSettled
    {
        get
        {
            lock (_gate)
                return _window.Outstanding == 0 && _late.Count == 0;
        }
    }

    /// <summary>Messages without an answer.</summary>
    public int Unanswered
    {
        get
        {
            lock (_gate)
                return _window.Outstanding;
        }
    }

    /// <summary>Connects and logs in.</summary>
    /// <exception cref="InvalidOperationException">The server refuses.</exception>
    public static async Task<ChatUser> LogInAsync(ChatRun run, LoadUser account, CancellationToken cancellationToken)
    {
        var user = new ChatUser(run, await PduConnection.ConnectAsync(run.Options.Target, MaxFrameBytes, cancellationToken));
        try
        {
            var request = new IMLoginReq
            {
                UserName = account.Name,
                Password = account.SentPassword(),
                OnlineStatus = UserStatType.Online,
                ClientType = run.Options.ClientType,
                ClientVersion = "loadtest",
            };
            var reply = (IMLoginRes)await user.AskAsync(Command.LoginReq, request, cancellationToken);
            if (reply.ResultCode != ResultType.Ok)
                throw new InvalidOperationException($"Login of {account.Name} refused: {reply.ResultCode} {reply.ResultString}");

            user.Id = reply.UserInfo.UserId;
            run.TellServerTime(reply.HasServerTimeMs ? (long)reply.ServerTimeMs : reply.ServerTime * 1_000L);
            return user;
        }
        catch
        {
            await user.DisposeAsync();
            throw;
        }
    }

    /// <summary>Gets to know the partner and how far the conversation is.</summary>
    public async Task MeetAsync(uint partner, CancellationToken cancellationToken)
    {
        _partner = partner;
        var request = new IMGetLatestMsgIdReq { UserId = Id, SessionType = SessionType.Single, SessionId = partner };
        var reply = (IMGetLatestMsgIdRsp)await AskAsync(Command.GetLatestMsgIdReq, request, cancellationToken);
        Ledger.BaseId = reply.LatestMsgId;
    }

    /// <summary>Closed loop: fills the window, and from then on whenever an ack makes room.</summary>
    public void Begin()
    {
        lock (_gate)
            FillWindow(Stopwatch.GetTimestamp());
        _connection.Flush();
    }

    /// <summary>Open loop: a message is to be sent now; when the window is full it is late, and its latency says so.</summary>
    public void SendAt(long intendedAt)
    {
        lock (_gate)
        {
            if (_window.IsFull)
            {
                _late.Enqueue(intendedAt);
                return;
            }

            Send(intendedAt);
        }

        _connection.Flush();
    }

    /// <summary>Keeps an idle connection open.</summary>
    public void Beat()
    {
        _connection.TryWrite(Command.Heartbeat, sequence: 0, body: null);
        _connection.Flush();
    }

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        await _receiving;
    }

    void IPduReceiver.OnFrame(in FrameHeader header, ReadOnlySpan<byte> body)
    {
        // One look at the clock per read: what came together arrived together.
        if (_now == 0)
            _now = Stopwatch.GetTimestamp();

        switch (header.Command)
        {
            case Command.MsgDataAck when MessageAck.TryRead(body, out var ack):
                lock (_gate)
                    Apply(header.Sequence, ack);
                break;
            case Command.MsgData when MessageView.TryRead(body, out var message):
                Receive(message);
                break;
            case Command.LoginRes:
                _setup.TrySetResult(IMLoginRes.Parser.ParseFrom(body));
                break;
            case Command.GetLatestMsgIdRsp:
                _setup.TrySetResult(IMGetLatestMsgIdRsp.Parser.ParseFrom(body));
                break;
        }
    }

    ValueTask IPduReceiver.OnBatchAsync()
    {
        lock (_gate)
            FillWindow(_now);
        _connection.Flush();
        _now = 0;
        return default;
    }

    private async Task<IMessage> AskAsync(ushort command, IMessage request, CancellationToken cancellationToken)
    {
        _setup = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _connection.TryWrite(command, SetupSequence, request);
        _connection.Flush();
        var first = await Task.WhenAny(_setup.Task, _receiving).WaitAsync(cancellationToken);
        return first == _setup.Task
            ? await _setup.Task
            : throw new InvalidOperationException($"The server closed the connection: {(await _receiving)?.Message ?? "no reason given"}");
    }

    private void Apply(ushort sequence, in MessageAck ack)
    {
        var number = ack.SendId is { } sendId ? (long)sendId.Lower : _window.NumberOf(sequence);
        if (!_window.TryFind(number, out var slot))
            return;

        switch (ack.Status)
        {
            case SendStatus.Stored or SendStatus.Duplicate:
                _window.Close(number);
                Ledger.SawAck(number, ack.MessageId);
                _run.Meters.CountAck(slot.IntendedAt, _now);
                break;
            case SendStatus.Unknown:
                _run.Meters.Retried.Add(1);
                Write(slot);
                break;
            default:
                _window.Close(number);
                Refused = (Refused.Count + 1, ack.Status);
                break;
        }
    }

    private void Receive(in MessageView message)
    {
        if (message.FromUserId != _partner
            || !ChatPayload.TryRead(message.Data, _run.Id, out var number, out var intendedAt))
            return;

        if (Ledger.SawMessage(number, message.MessageId))
            _run.Meters.CountDelivery(intendedAt, _now);
    }

    private void FillWindow(long now)
    {
        while (!_window.IsFull && _late.TryDequeue(out var intendedAt))
            Send(intendedAt);
        while (_run.IsClosedLoop && _run.IsSending && !_window.IsFull)
            Send(now);
    }

    private void Send(long intendedAt)
    {
        // The number is the unique part: no two messages of this user share it, and other runs differ in time and salt.
        var sendId = new SendId(((ulong)_run.ServerMs << 16) | _salt, (ulong)_window.Next);
        _window.TryFind(_window.Open(sendId, intendedAt), out var slot);
        Write(slot);
    }

    private void Write(in SendWindow.Slot slot)
    {
        ChatPayload.Write(_data, _run.Id, slot.Number, slot.IntendedAt);
        _connection.TryWrite(Command.MsgData, SendWindow.SequenceOf(slot.Number), new MessageBody
        {
            FromUserId = Id,
            ToSessionId = _partner,
            Type = MsgType.SingleText,
            Data = _data,
            SendId = slot.SendId,
        });
    }
}
