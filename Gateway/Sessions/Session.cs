using System.Net;
using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Values;
using BrokerIm.Gateway.Commands;
using BrokerIm.Gateway.Delivery;
using BrokerIm.Gateway.Inbound;
using Google.Protobuf;
using Microsoft.AspNetCore.Connections;

namespace BrokerIm.Gateway.Sessions;

/// <summary>One client connection, from accept to close. Safe for any thread.</summary>
/// <remarks>
/// A session speaks to its client in this order: nothing but answers before login, the login response, everything else. Until
/// the response is written <see cref="IsLoggedIn"/> is false and <see cref="ConnectionTable.SessionsOf"/> leaves the session out.
/// </remarks>
internal sealed class Session
{
    private const long NoFrame = long.MaxValue;

    // The plain context hands over to the thread pool.
    private static readonly SynchronizationContext s_pool = new();

    private readonly Lock _gate = new();
    private readonly ConnectionContext _connection;
    private readonly Outbox _outbox;
    private readonly TimeProvider _time;
    private readonly Action _cancelClosed;
    private volatile SessionState _state;
    private volatile bool _paused;
    private KickReasonType? _kick;
    private long _lastReceived;
    private long _frameDue = NoFrame;

    public Session(ulong id, ConnectionContext connection, GatewayOptions options, TimeProvider time)
    {
        CommandRate = MessageRate.OrNull(options.CommandRate, time);
        Rate = MessageRate.OrNull(options.MessagesPerSecond, time);
        ProfileRate = MessageRate.OrNull(options.ProfileChangesPerSecond, time);
        PeerRate = MessageRate.OrNull(options.PeerCommandsPerSecond, time);
        Id = id;
        _connection = connection;
        _time = time;
        _outbox = new(connection.Transport.Output, options.OutboundBytesMax, time);
        _lastReceived = StateSince = time.GetTimestamp();

        // Never disposed: a source without a timer holds nothing, and its token may outlive the session in somebody's hands.
        var closed = new CancellationTokenSource();
        Closed = closed.Token;
        _cancelClosed = closed.Cancel;
    }

    /// <summary>Number of the connection, unique within this run of the gateway.</summary>
    public ulong Id { get; }

    /// <summary>Address the client comes from.</summary>
    public IPAddress? Remote => (_connection.RemoteEndPoint as IPEndPoint)?.Address;

    /// <summary>Address of ours that the client came to.</summary>
    public IPAddress? Local => (_connection.LocalEndPoint as IPEndPoint)?.Address;

    /// <summary>Whose session; meaningful once <see cref="IsLoggedIn"/>, as is all that follows from the login.</summary>
    public UserId User { get; private set; }

    /// <summary>Client type of the login.</summary>
    public ClientType Client { get; private set; }

    /// <summary>Class of <see cref="Client"/>.</summary>
    public DeviceClass Class => Client.ClassOf();

    /// <summary>Time of the login in Unix milliseconds; later than that of any session it replaced.</summary>
    public long LoginTimeMs { get; private set; }

    /// <summary>The installation that logged in, if it named itself; whose resume token this is.</summary>
    public Guid? Device { get; set; }

    /// <summary>Whether the login response has been written and the session still serves its user.</summary>
    public bool IsLoggedIn => _state == SessionState.LoggedIn;

    /// <summary>Whether the session has not been kicked or closed.</summary>
    public bool IsServing => _state is SessionState.Connected or SessionState.LoggedIn;

    /// <summary>Where this session is in its life.</summary>
    public SessionState State => _state;

    /// <summary>When <see cref="State"/> was entered, as a timestamp of the time provider.</summary>
    public long StateSince { get; private set; }

    /// <summary>Why it ended; null while it has not.</summary>
    public CloseReason? CloseReason { get; private set; }

    /// <summary>Whether the login got as far as a login response.</summary>
    public bool HasLoggedIn { get; private set; }

    /// <summary>Whether the presence registry may know the session, so that somebody has to take it out again.</summary>
    public bool MayBePresent { get; set; }

    /// <summary>Whether the session, though logged in, takes no more commands because the gateway is about to close it.</summary>
    public bool IsPaused => _paused;

    /// <summary>Commands that needed a login and came before it.</summary>
    public int CommandsBeforeLogin { get; set; }

    /// <summary>Bounds everything this connection asks for; null for no bound.</summary>
    public MessageRate? CommandRate { get; }

    /// <summary>Bounds the messages of this connection; null for no bound.</summary>
    public MessageRate? Rate { get; }

    /// <summary>Bounds the messages of its user, shared by his sessions at this gateway; null for no bound and before the login.</summary>
    public MessageRate? UserRate { get; set; }

    /// <summary>Bounds changes of the profile; null for no bound.</summary>
    public MessageRate? ProfileRate { get; }

    /// <summary>Bounds commands from client to client; null for no bound.</summary>
    public MessageRate? PeerRate { get; }

    /// <summary>What delivery has pushed so far.</summary>
    public DeliveryCursor Cursor { get; } = new();

    /// <summary>What the way into the log knows of this session; null until it sends for the first time.</summary>
    public SendState? Sends { get; set; }

    /// <summary>As <see cref="Sends"/>, made when it is needed.</summary>
    public SendState SendsFor(GatewayOptions options, TimeProvider time) => Sends ??= new(options, time);

    /// <summary>Cancelled once the session serves nobody any more: closed or kicked.</summary>
    public CancellationToken Closed { get; }

    /// <summary>Sends one PDU. The body is encoded straight into the connection's buffer.</summary>
    /// <param name="command">Command id.</param>
    /// <param name="sequence">The request's sequence, or 0 for a push.</param>
    /// <param name="body">Every required field set.</param>
    public void Send(ushort command, ushort sequence, IMessage body)
    {
        if (_outbox.Append(command, sequence, body))
            _outbox.Flush();
        else
            Close(Sessions.CloseReason.SlowReader);
    }

    /// <summary>Appends whole frames; they leave with the next flush.</summary>
    public void Write(ReadOnlySpan<byte> frames) => WriteParts(frames, []);

    /// <summary>Appends one frame in two pieces, so that a body shared by many sessions is copied once for each and no more.</summary>
    public void WriteParts(ReadOnlySpan<byte> header, ReadOnlySpan<byte> body)
    {
        if (!_outbox.Append(header, body))
            Close(Sessions.CloseReason.SlowReader);
    }

    /// <summary>Asks for what was written to leave. Never waits; requests during a running flush are served by the next one.</summary>
    public void Flush() => _outbox.Flush();

    /// <summary>
    /// Ends the session. What was written still leaves before the socket closes, except to a client that does not read. The
    /// first reason counts.
    /// </summary>
    /// <returns>False when it was closed before.</returns>
    public bool Close(CloseReason reason)
    {
        lock (_gate)
        {
            if (_state == SessionState.Closed)
                return false;
            CloseReason = reason;
            Enter(SessionState.Closed);
        }

        WakeUp();
        return true;
    }

    /// <summary>Has the session take no more commands, so that what it asked for can be answered before it is closed.</summary>
    public void Pause()
    {
        _paused = true;
        _connection.Transport.Input.CancelPendingRead();
    }

    /// <summary>Completes once the session is closed or kicked.</summary>
    public async Task UntilClosedAsync() =>
        await Task.Delay(Timeout.InfiniteTimeSpan, Closed).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    /// <summary>
    /// Tells the client that it was sent away and stops serving it; the connection stays for a grace, because a client cut off
    /// at once would log in again (protocol chapter 02 section 4).
    /// </summary>
    /// <returns>False when it had been kicked or closed before.</returns>
    public bool Kick(KickReasonType reason)
    {
        lock (_gate)
        {
            if (_kick is not null || _state is SessionState.Kicked or SessionState.Closed)
                return false;
            _kick = reason;

            // A login still under way first gets its response; CompleteLogin then sees the kick.
            if (_state == SessionState.LoggedIn)
                TellKicked(reason);
            return true;
        }
    }

    /// <summary>Takes the login's facts; the session may be registered after this and kicked from then on.</summary>
    public void BeginLogin(UserId user, ClientType client, long loginTimeMs)
    {
        User = user;
        Client = client;
        LoginTimeMs = loginTimeMs;
    }

    /// <summary>Writes the login response; from here on the session takes part in everything.</summary>
    /// <returns>False when the connection was closed meanwhile.</returns>
    public bool CompleteLogin(ushort sequence, IMLoginRes response)
    {
        lock (_gate)
        {
            if (_state != SessionState.Connected)
                return false;
            if (!_outbox.Append(Command.LoginRes, sequence, response))
            {
                Close(Sessions.CloseReason.SlowReader);
                return false;
            }

            HasLoggedIn = true;
            Enter(SessionState.LoggedIn);
            if (_kick is { } reason)
                TellKicked(reason);

            // Last, so that a client that has its response is logged in for everybody.
            _outbox.Flush();
            return true;
        }
    }

    /// <summary>Notes that bytes came in.</summary>
    public void Touch() => Volatile.Write(ref _lastReceived, _time.GetTimestamp());

    /// <summary>How long nothing has come in.</summary>
    public TimeSpan SilentFor() => _time.GetElapsedTime(Volatile.Read(ref _lastReceived));

    /// <summary>By which timestamp more of a frame that is half here has to come in; far away while there is none.</summary>
    public long FrameDue => Volatile.Read(ref _frameDue);

    /// <summary>Sets <see cref="FrameDue"/>.</summary>
    public void ExpectMoreBy(long timestamp) => Volatile.Write(ref _frameDue, timestamp);

    /// <summary>Notes that no frame is half here.</summary>
    public void ExpectNothing() => Volatile.Write(ref _frameDue, NoFrame);

    /// <summary>Whether a frame is half here and its client too slow with the rest.</summary>
    public bool IsFrameOverdue => FrameDue < _time.GetTimestamp();

    /// <summary>How long the session has been in its present state.</summary>
    public TimeSpan InStateFor() => _time.GetElapsedTime(StateSince);

    /// <summary>Whether something waits for the client to read.</summary>
    public bool IsStalled => _outbox.IsStalled;

    /// <summary>How long the client has left what waits for it unread.</summary>
    public TimeSpan StalledFor() => _outbox.StalledFor();

    /// <summary>Waits while the client does not read what was sent; ends with the session.</summary>
    public ValueTask WaitUntilWritableAsync() => _outbox.IsStalled ? WaitAsync(_outbox.WaitUntilWritable()) : default;

    /// <summary>Lets everything written leave; nothing can be written afterwards.</summary>
    public ValueTask EndOutputAsync() => _outbox.EndAsync();

    /// <summary>Cuts the connection; what was written may be lost.</summary>
    public void Abort(string why) => _connection.Abort(new ConnectionAbortedException(why));

    private async ValueTask WaitAsync(Task writable) =>
        await writable.WaitAsync(Closed).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private void TellKicked(KickReasonType reason)
    {
        Send(Command.KickUser, 0, new IMKickUser { UserId = User.Value, KickReason = reason });
        Enter(SessionState.Kicked);
        WakeUp();
    }

    private void Enter(SessionState state)
    {
        StateSince = _time.GetTimestamp();
        _state = state;
    }

    // The loop may sit in a read or in a handler. Callers may hold locks, and what the token wakes must not run under them.
    private void WakeUp()
    {
        _connection.Transport.Input.CancelPendingRead();
        (SynchronizationContext.Current ?? s_pool).Post(static session => ((Session)session!)._cancelClosed(), this);
    }
}
