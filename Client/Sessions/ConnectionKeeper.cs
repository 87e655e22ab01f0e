using BrokerIm.Client.Connecting;
using BrokerIm.Client.Events;
using BrokerIm.Client.Sending;
using BrokerIm.Contracts.Wire;
using Google.Protobuf;

namespace BrokerIm.Client.Sessions;

/// <summary>Keeps the client connected: opens sessions, notices their end, comes back unless the end was meant.</summary>
internal sealed class ConnectionKeeper : IAsyncDisposable
{
    private static readonly TimeSpan LongestTick = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ShortestTick = TimeSpan.FromMilliseconds(5);

    private readonly ServerConnector _connector;
    private readonly Resync _resync;
    private readonly InboundDispatch _inbound;
    private readonly TimeProvider _time;
    private readonly TimeSpan _tick;
    private readonly ITimer _timer;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _stopEvents = new();
    private readonly Lock _gate = new();
    private TaskCompletionSource<ImSession> _connected = NewConnected();
    private ImSession? _session;
    private Task _keeping = Task.CompletedTask;
    private Task _pumping = Task.CompletedTask;
    private volatile string? _end;
    private int _disposed;
    private int _failures;
    private ReadOnlyMemory<byte> _token;
    private TimeSpan _retryAfter;

    public ConnectionKeeper(ImClientOptions options)
    {
        Options = options;
        _time = options.TimeProvider;
        _token = options.DeviceId == Guid.Empty ? default : options.ResumeToken;
        _connector = new(options);
        Clock = new(_time);

        // One lock for both: what an ack says about a message and what it means for the conversation must not come apart.
        var messages = new Lock();
        var wakeUp = new WakeUp();
        var notices = new Notices(options.EventCapacity);
        var conversations = new ConversationTable(messages, options.EventCapacity, wakeUp);
        Sends = new(options, Clock, messages, conversations);
        conversations.MustWait = message => message.From == Self.UserId && Sends.MayBeOnItsWay(message);
        Pump = new(conversations, notices, new GapRepair(this, conversations), wakeUp, options.EventCapacity);
        _resync = new(options, Clock, conversations);
        _inbound = new(this, conversations);
        Marks = new(options);

        var shortest = new[] { options.AckTimeout, options.HeartbeatInterval, options.DeadAfter }.Min() / 4;
        _tick = shortest > LongestTick ? LongestTick : shortest < ShortestTick ? ShortestTick : shortest;
        _timer = _time.CreateTimer(_ => Tick(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public ImClientOptions Options { get; }

    public ServerClock Clock { get; }

    public EventPump Pump { get; }

    public SendQueue Sends { get; }

    public ReadMarks Marks { get; }

    /// <summary>Who is logged in, as of the last login.</summary>
    public UserInfo Self { get; private set; } = new();

    /// <summary>Messages made before this are history; set back a little, because servers' clocks differ a little.</summary>
    public DateTimeOffset Since { get; private set; }

    /// <summary>The session, while there is one.</summary>
    public ImSession? Current
    {
        get
        {
            lock (_gate)
                return _session;
        }
    }

    /// <summary>Opens the first session.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var session = await OpenAsync(cancellationToken);
        Since = DateTimeOffset.FromUnixTimeMilliseconds(Clock.NowMs) - Resync.ClockTolerance;
        try
        {
            if (!Options.RawEvents)
                await _resync.StartAsync(session, cancellationToken);
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }

        Attach(session);
        _timer.Change(_tick, Timeout.InfiniteTimeSpan);
        _pumping = Pump.RunAsync(_stopEvents.Token);
        _keeping = KeepAsync(session);
    }

    /// <summary>Asks the server, waiting for a connection and asking again on the next one if it breaks, within the time limit.</summary>
    /// <exception cref="TimeoutException">No answer in time.</exception>
    /// <exception cref="ImClosedException">There will be no connection any more.</exception>
    public async Task<T> RequestAsync<T>(
        ushort command, Func<uint, IMessage> request, ushort replyCommand, MessageParser<T> parser, CancellationToken cancellationToken)
        where T : IMessage<T>
    {
        var started = _time.GetTimestamp();
        while (true)
        {
            var session = await ConnectedTask().WaitAsync(Left(started), _time, cancellationToken);
            try
            {
                return await session.RequestAsync(
                    command, request(session.Self), replyCommand, parser, Left(started), cancellationToken);
            }
            catch (ImConnectionException) when (Options.AutoReconnect)
            {
                // The next wait must be for the next session, whoever noticed the end of this one first.
                Detach(session);
            }
        }
    }

    /// <summary>Asks the server once, waiting for a connection: for what must not be done twice.</summary>
    /// <exception cref="ImConnectionException">The connection ended before the answer; it may have been done or not.</exception>
    /// <exception cref="TimeoutException">No answer in time; likewise.</exception>
    /// <exception cref="ImClosedException">There will be no connection any more.</exception>
    public async Task<T> RequestOnceAsync<T>(
        ushort command, Func<uint, IMessage> request, ushort replyCommand, MessageParser<T> parser, CancellationToken cancellationToken)
        where T : IMessage<T>
    {
        var started = _time.GetTimestamp();
        var session = await ConnectedTask().WaitAsync(Left(started), _time, cancellationToken);
        return await session.RequestAsync(
            command, request(session.Self), replyCommand, parser, Left(started), cancellationToken);
    }

    /// <summary>Sends something that has no answer, waiting for a connection; it may be lost with that.</summary>
    /// <exception cref="TimeoutException">No connection in time.</exception>
    /// <exception cref="ImClosedException">There will be no connection any more.</exception>
    public async Task SendAsync(ushort command, Func<uint, IMessage> body, CancellationToken cancellationToken)
    {
        var session = await ConnectedTask().WaitAsync(Options.RequestTimeout, _time, cancellationToken);
        session.Send(command, body(session.Self));
    }

    /// <summary>The end is meant: no reconnect from here on.</summary>
    public void Intend(string end)
    {
        lock (_gate)
            _end ??= end;
    }

    /// <summary>Ends the session in good order and everything with it.</summary>
    public async Task EndAsync(string end)
    {
        Intend(end);
        await _stop.CancelAsync();
        if (Current is { } session)
            await session.FinishAsync(TimeSpan.FromSeconds(1));
        await _keeping;
        Close(end);
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;

        await EndAsync("The client was disposed.");
        await _timer.DisposeAsync();

        // Only now: after a logout the application may still read what is due, but a disposed client waits for nobody.
        await _stopEvents.CancelAsync();
        await _pumping;
        _stopEvents.Dispose();
        _stop.Dispose();
    }

    private static TaskCompletionSource<ImSession> NewConnected() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task<ImSession> OpenAsync(CancellationToken cancellationToken)
    {
        var token = _token;
        try
        {
            return await OpenAsync(token, cancellationToken);
        }
        catch (LoginRefusedException refused) when (!token.IsEmpty && !refused.IsTransient)
        {
            // Used elsewhere, too old, or the password was changed: then the password has to say who we are.
            Keep(default);
            return await OpenAsync(default, cancellationToken);
        }
    }

    private async Task<ImSession> OpenAsync(ReadOnlyMemory<byte> token, CancellationToken cancellationToken)
    {
        var session = new ImSession(await _connector.ConnectAsync(cancellationToken), Options, _inbound);
        try
        {
            var login = await session.LoginAsync(token, cancellationToken);
            if (login.HasResumeToken)
                Keep(login.ResumeToken.Memory);
            Clock.Set(login.HasServerTimeMs ? (long)login.ServerTimeMs : login.ServerTime * 1_000L);
            Self = login.UserInfo;
            return session;
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
    }

    private void Keep(ReadOnlyMemory<byte> token)
    {
        _token = token;
        Options.ResumeTokenChanged?.Invoke(token);
    }

    private async Task KeepAsync(ImSession first)
    {
        for (var session = first; session is not null;)
        {
            var reason = (await session.Ended)?.Message ?? "The server closed the connection.";
            _resync.LostAt(session);
            Detach(session);
            await session.DisposeAsync();

            if (_end is not null || !Options.AutoReconnect)
            {
                Close(_end ?? reason);
                return;
            }

            Pump.Notify(new Disconnected(reason, WillReconnect: true));
            session = await ReopenAsync();
        }
    }

    private async Task<ImSession?> ReopenAsync()
    {
        while (true)
        {
            _failures++;
            try
            {
                var delay = Backoff.Delay(_failures, Options.ReconnectMinDelay, Options.ReconnectMaxDelay);
                await Task.Delay(delay > _retryAfter ? delay : _retryAfter, _time, _stop.Token);
                _retryAfter = TimeSpan.Zero;
                var session = await OpenAsync(_stop.Token);
                await ResumeAsync(session);
                return session;
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                Close(_end!);
                return null;
            }
            catch (LoginRefusedException refused) when (!refused.IsTransient)
            {
                Close(refused.Message);
                return null;
            }
            catch (ImException exception)
            {
                _retryAfter = (exception as LoginRefusedException)?.RetryAfter ?? TimeSpan.Zero;
                Pump.Notify(new ReconnectFailed(exception.Message, _failures));
            }
        }
    }

    // A session that cannot be resumed is ended, and its end is handled like any other.
    private async Task ResumeAsync(ImSession session)
    {
        Attach(session);
        Pump.Notify(new Reconnected());
        Marks.SendAgain(session);
        try
        {
            _stop.Token.ThrowIfCancellationRequested();
            if (!Options.RawEvents)
                await _resync.CatchUpAsync(session, _stop.Token);
            _failures = 0;
        }
        catch (Exception exception) when (exception is ImException or TimeoutException or OperationCanceledException)
        {
            session.Abort(exception);
        }
    }

    private void Attach(ImSession session)
    {
        lock (_gate)
        {
            _session = session;
            Sends.Attach(session);
            _connected.TrySetResult(session);
        }
    }

    private void Detach(ImSession session)
    {
        lock (_gate)
        {
            if (_session != session)
                return;
            _session = null;
            Sends.Detach();
            _connected = NewConnected();
        }
    }

    private void Close(string reason)
    {
        var closed = new ImClosedException(reason);
        lock (_gate)
        {
            _end ??= reason;
            if (_connected.TrySetException(closed))
                _ = _connected.Task.Exception;
        }

        Sends.Close(closed);
        Pump.Finish(new Disconnected(reason, WillReconnect: false));
    }

    private Task<ImSession> ConnectedTask()
    {
        lock (_gate)
            return _connected.Task;
    }

    private TimeSpan Left(long started)
    {
        var left = Options.RequestTimeout - _time.GetElapsedTime(started);
        return left > TimeSpan.Zero ? left : throw new TimeoutException("The server did not answer in time.");
    }

    private void Tick()
    {
        Current?.Watch();
        var next = Sends.OnTick() is { } held && held < _tick ? held : _tick;
        _timer.Change(next > ShortestTick ? next : ShortestTick, Timeout.InfiniteTimeSpan);
    }
}
