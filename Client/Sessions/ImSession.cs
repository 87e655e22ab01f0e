using BrokerIm.Client.Sending;
using BrokerIm.Client.Wire;
using BrokerIm.Contracts.Wire;
using Google.Protobuf;

namespace BrokerIm.Client.Sessions;

/// <summary>One connection from login to its end: matches answers with requests and watches whether the server lives.</summary>
internal sealed class ImSession : IPduReceiver, IAsyncDisposable
{
    private readonly PduConnection _connection;
    private readonly ImClientOptions _options;
    private readonly ISessionEvents _events;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly SequenceTable<object> _waiting = new();
    private readonly Task<Exception?> _receiving;
    private Exception? _aborted;
    private bool _ended;
    private long _lastReceived;
    private long _lastHeartbeat;
    private volatile bool _waitsForReader;

    /// <summary>Starts receiving on a fresh connection, which belongs to the session from here on.</summary>
    public ImSession(PduConnection connection, ImClientOptions options, ISessionEvents events)
    {
        _connection = connection;
        _options = options;
        _events = events;
        _time = options.TimeProvider;
        _lastReceived = _lastHeartbeat = _time.GetTimestamp();
        _receiving = ReceiveAsync();
    }

    /// <summary>Ends with the connection; the result says why, null for an orderly end.</summary>
    public Task<Exception?> Ended => _receiving;

    /// <summary>The user logged in, from the moment the server says so; 0 before.</summary>
    public uint Self { get; private set; }

    /// <summary>When bytes last arrived, as a timestamp of the time provider.</summary>
    public long LastReceived => Volatile.Read(ref _lastReceived);

    /// <summary>Proves who we are, by a token if there is one, else by the password.</summary>
    /// <exception cref="LoginRefusedException">The server said no.</exception>
    /// <exception cref="ImConnectionException">The connection ended first, or no answer came in time.</exception>
    public async Task<IMLoginRes> LoginAsync(ReadOnlyMemory<byte> token, CancellationToken cancellationToken)
    {
        var request = new IMLoginReq
        {
            UserName = _options.Name,
            Password = token.IsEmpty ? _options.SentPassword : "",
            OnlineStatus = UserStatType.Online,
            ClientType = _options.ClientType,
            ClientVersion = _options.ClientVersion,
        };
        if (_options.DeviceId != Guid.Empty)
            request.DeviceId = ByteString.CopyFrom(_options.DeviceId.ToByteArray());
        if (!token.IsEmpty)
            request.ResumeToken = ByteString.CopyFrom(token.Span);

        IMLoginRes reply;
        try
        {
            reply = await RequestAsync(
                Command.LoginReq, request, Command.LoginRes, IMLoginRes.Parser, _options.LoginTimeout, cancellationToken);
        }
        catch (TimeoutException exception)
        {
            throw new ImConnectionException("The server did not answer the login in time.", exception);
        }

        if (reply.ResultCode != ResultType.Ok)
            throw new LoginRefusedException(reply.ResultCode, reply.ResultString, TimeSpan.FromMilliseconds(reply.RetryAfterMs));
        return reply.UserInfo is null ? throw new ImConnectionException("The server accepted without saying whom.") : reply;
    }

    /// <summary>Asks and waits for the answer.</summary>
    /// <exception cref="ImConnectionException">The connection ended first.</exception>
    /// <exception cref="TimeoutException">No answer in time.</exception>
    public async Task<T> RequestAsync<T>(
        ushort command,
        IMessage request,
        ushort replyCommand,
        MessageParser<T> parser,
        TimeSpan timeout,
        CancellationToken cancellationToken)
        where T : IMessage<T>
    {
        var pending = new PendingRequest<T>(replyCommand, parser);
        if (!TryRegister(pending, out var sequence))
            throw new ImConnectionException("The connection to the server has ended.");
        try
        {
            _connection.TryWrite(command, sequence, request);
            _connection.Flush();
            return await pending.Reply.WaitAsync(timeout, _time, cancellationToken);
        }
        finally
        {
            Release(sequence);
        }
    }

    /// <summary>Sends something that has no answer.</summary>
    public void Send(ushort command, IMessage body)
    {
        _connection.TryWrite(command, sequence: 0, body);
        _connection.Flush();
    }

    /// <summary>Reserves a sequence until <see cref="Release"/>; false when the connection has ended.</summary>
    public bool TryRegister(object waiting, out ushort sequence)
    {
        lock (_gate)
        {
            sequence = _ended ? (ushort)0 : _waiting.Add(waiting);
            return !_ended;
        }
    }

    /// <summary>Frees a sequence.</summary>
    public void Release(ushort sequence)
    {
        lock (_gate)
            _waiting.Remove(sequence);
    }

    /// <summary>The message that went out with this sequence, or null.</summary>
    public OutgoingMessage? FindMessage(ushort sequence)
    {
        lock (_gate)
            return _waiting.Find(sequence) as OutgoingMessage;
    }

    /// <summary>Puts a message on the wire; it leaves with <see cref="Flush"/>.</summary>
    public void Write(OutgoingMessage message)
    {
        var body = new MessageBody
        {
            FromUserId = Self,
            ToSessionId = message.Peer.Id,
            Type = message.Type,
            Data = message.Data.Span,
            SendId = message.SendId,
        };
        _connection.TryWrite(Command.MsgData, message.Sequence, body);
    }

    /// <summary>Sends what was written.</summary>
    public void Flush() => _connection.Flush();

    /// <summary>Sends a heartbeat when one is due, and gives up on a server that has been silent for too long.</summary>
    public void Watch()
    {
        // While we ourselves do not read, silence proves nothing.
        if (!_waitsForReader && _time.GetElapsedTime(LastReceived) >= _options.DeadAfter)
        {
            Abort(new ImConnectionException($"The server has been silent for {_options.DeadAfter.TotalSeconds:0.###} s."));
            return;
        }

        if (_time.GetElapsedTime(_lastHeartbeat) < _options.HeartbeatInterval)
            return;

        _lastHeartbeat = _time.GetTimestamp();
        _connection.TryWrite(Command.Heartbeat, sequence: 0, body: null);
        _connection.Flush();
    }

    /// <summary>Ends the connection for a reason of our own.</summary>
    public void Abort(Exception reason)
    {
        Interlocked.CompareExchange(ref _aborted, reason, null);
        _connection.Close();
    }

    /// <summary>Sends what was written, says goodbye and waits for the server to close, as long as it is given.</summary>
    public async Task FinishAsync(TimeSpan patience)
    {
        try
        {
            using var deadline = new CancellationTokenSource(patience, _time);
            await _connection.FinishAsync(deadline.Token);
            await _receiving.WaitAsync(deadline.Token);
        }
        catch (Exception exception) when (exception is OperationCanceledException or System.Net.Sockets.SocketException)
        {
            // A server that does not close, or is gone already, is left as it is.
            _connection.Close();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        await _receiving;
    }

    void IPduReceiver.OnFrame(in FrameHeader header, ReadOnlySpan<byte> body)
    {
        if (header.Command == Command.MsgDataAck)
        {
            if (MessageAck.TryRead(body, out var ack))
                _events.OnAck(this, header.Sequence, ack);
        }
        else if (header.Command == Command.MsgData)
        {
            if (MessageView.TryRead(body, out var message))
                _events.OnMessage(this, message);
        }
        else if (FindRequest(header) is { } request)
        {
            // Here and not where the login is awaited: pushes may follow in the same read, and they must find out who we are.
            if (request.Complete(body) is IMLoginRes { ResultCode: ResultType.Ok, UserInfo: { } user })
                Self = user.UserId;
        }
        else
        {
            _events.OnPush(this, header.Command, body);
        }
    }

    async ValueTask IPduReceiver.OnBatchAsync()
    {
        Volatile.Write(ref _lastReceived, _time.GetTimestamp());
        var handled = _events.OnBatchAsync(this);
        if (!handled.IsCompletedSuccessfully)
        {
            _waitsForReader = true;
            await handled;
            Volatile.Write(ref _lastReceived, _time.GetTimestamp());
            _waitsForReader = false;
        }
    }

    private async Task<Exception?> ReceiveAsync()
    {
        var end = await _connection.ReceiveAsync(this);
        end = Volatile.Read(ref _aborted) ?? end;

        IReadOnlyList<object> waiting;
        lock (_gate)
        {
            _ended = true;
            waiting = _waiting.RemoveAll();
        }

        foreach (var request in waiting.OfType<PendingRequest>())
            request.Fail(new ImConnectionException("The connection ended before the server answered.", end));
        return end;
    }

    private PendingRequest? FindRequest(in FrameHeader header)
    {
        if (header.Sequence == 0)
            return null;

        lock (_gate)
        {
            return _waiting.Find(header.Sequence) is PendingRequest request && request.ReplyCommand == header.Command
                ? request
                : null;
        }
    }
}
