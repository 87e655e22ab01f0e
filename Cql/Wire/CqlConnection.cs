using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace BrokerIm.Cql.Wire;

/// <summary>
/// One connection to one node. Many requests share it: each has a stream id, answers come in any order, and what is written while a
/// send is under way goes out with the next one.
/// </summary>
internal sealed class CqlConnection : IAsyncDisposable
{
    private const short EventStream = -1;
    private const int KeptFrameBytesMax = 1024 * 1024;

    /// <summary>How often deadlines are looked at; a wait lasts at most this much longer than it should.</summary>
    private static readonly TimeSpan s_expiryInterval = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan s_longestWait = TimeSpan.FromDays(1);

    // Encoding happens outside of all locks, one frame at a time per thread.
    [ThreadStatic]
    private static WireBuffer? t_frame;

    [ThreadStatic]
    private static WireBuffer? t_compressed;

    private readonly CqlOptions _options;
    private readonly Stream _stream;
    private readonly Action<CqlEvent>? _onEvent;
    private readonly RequestEncoder _encoder;
    private readonly Streams _streams;
    private readonly FrameSender _sender = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource<Exception?> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ITimer _expiry;
    private volatile bool _isReady;
    private Exception? _reason;
    private long _lastHeard;

    private CqlConnection(EndPoint node, Stream stream, CqlOptions options, int version, Action<CqlEvent>? onEvent)
    {
        (Node, Version, _options, _stream, _onEvent) = (node, version, options, stream, onEvent);
        _encoder = new(options, version);
        _streams = new(this, options.MaxInFlightPerConnection);
        _lastHeard = options.Time.GetTimestamp();
        _expiry = options.Time.CreateTimer(_ => Expire(), state: null, s_expiryInterval, s_expiryInterval);
        _ = RunAsync();
    }

    /// <summary>The node.</summary>
    public EndPoint Node { get; }

    /// <summary>Negotiated: 3 or 4.</summary>
    public int Version { get; }

    /// <summary>Completes (never fails) when the connection has ended, with the reason; null when it was disposed of.</summary>
    public Task<Exception?> Ended => _ended.Task;

    /// <summary>Requests in flight, for choosing the least busy connection.</summary>
    public int InFlight => _streams.Taken;

    /// <summary>When anything was last received, on the options' clock's timestamp scale.</summary>
    public long LastHeard => Volatile.Read(ref _lastHeard);

    /// <summary>
    /// Opens a connection, negotiates the version (highest first, then down to 3), authenticates, and sets the keyspace if the options
    /// name one.
    /// </summary>
    /// <param name="node">Where to.</param>
    /// <param name="options">How.</param>
    /// <param name="version">Version to begin with, when another node's is known; null for the options'.</param>
    /// <param name="onEvent">Takes the events asked for by <see cref="RegisterAsync"/>; null refuses them.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="CqlConnectionException">The node cannot be reached, or not in time.</exception>
    /// <exception cref="CqlAuthenticationException">It refuses the credentials.</exception>
    public static async ValueTask<CqlConnection> OpenAsync(
        EndPoint node, CqlOptions options, int? version, Action<CqlEvent>? onEvent, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(options.ConnectTimeout, options.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            return await NegotiateAsync(node, options, version ?? options.MaxProtocolVersion, onEvent, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CqlConnectionException($"No connection within {options.ConnectTimeout.TotalSeconds:0.###} s.") { Node = node };
        }
        catch (Exception exception) when (exception is SocketException or IOException or System.Security.Authentication.AuthenticationException)
        {
            throw new CqlConnectionException($"No connection: {exception.Message}", exception) { Node = node };
        }
        catch (CqlException exception)
        {
            exception.Node ??= node;
            throw;
        }
    }

    /// <summary>Sends a QUERY, EXECUTE or BATCH and waits for its answer.</summary>
    /// <param name="request">What.</param>
    /// <param name="deadline">When to give up, on the options' clock's timestamp scale.</param>
    /// <param name="cancellationToken">Gives up; the stream id stays taken until the answer comes.</param>
    /// <exception cref="CqlServerException">The node answered with an error.</exception>
    /// <exception cref="CqlBusyException">No place became free in time; nothing was sent.</exception>
    /// <exception cref="CqlTimeoutException">No answer in time.</exception>
    /// <exception cref="CqlConnectionException">The connection ended.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<CqlRows> ExecuteAsync(CqlRequest request, long deadline, CancellationToken cancellationToken)
    {
        try
        {
            var exchange = await TakeAsync(deadline, cancellationToken);
            var answer = await Send(exchange, request, static (encoder, frame, what) => encoder.Write(frame, what), deadline, cancellationToken);
            return AnswerDecoder.Rows(answer, Node, (request as CqlStatement)?.Prepared);
        }
        catch (CqlException exception)
        {
            exception.Node ??= Node;
            exception.Request ??= request.Description;
            throw;
        }
    }

    /// <summary>Prepares a statement on this node.</summary>
    public async ValueTask<PreparedInfo> PrepareAsync(string text, long deadline, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await AskAsync(
                text, static (encoder, frame, what) => encoder.WritePrepare(frame, what), deadline, cancellationToken);
            return AnswerDecoder.Prepared(answer, Version);
        }
        catch (CqlException exception)
        {
            exception.Request ??= text;
            throw;
        }
    }

    /// <summary>Asks for events: TOPOLOGY_CHANGE, STATUS_CHANGE, SCHEMA_CHANGE.</summary>
    public async ValueTask RegisterAsync(IReadOnlyCollection<string> events, long deadline, CancellationToken cancellationToken)
    {
        var answer = await AskAsync(
            events, static (encoder, frame, what) => encoder.WriteRegister(frame, what), deadline, cancellationToken);
        AnswerDecoder.Plain(answer, Opcode.Ready);
    }

    /// <summary>Asks for a sign of life (OPTIONS); returns what the node supports.</summary>
    public async ValueTask<IReadOnlyDictionary<string, IReadOnlyList<string>>> OptionsAsync(
        long deadline, CancellationToken cancellationToken)
    {
        var answer = await AskAsync(
            this, static (encoder, frame, _) => encoder.WriteOptions(frame), deadline, cancellationToken);
        return AnswerDecoder.Supported(answer);
    }

    /// <summary>Closes the connection; what is in flight fails.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _ended.Task;
    }

    /// <summary>Sends any request and waits for its answer, which the caller gives back.</summary>
    internal async ValueTask<Answer> AskAsync<T>(
        T what, Action<RequestEncoder, WireBuffer, T> encode, long deadline, CancellationToken cancellationToken)
    {
        try
        {
            var exchange = await TakeAsync(deadline, cancellationToken);
            return await Send(exchange, what, encode, deadline, cancellationToken);
        }
        catch (CqlException exception)
        {
            exception.Node ??= Node;
            throw;
        }
    }

    internal void Release(Exchange exchange) => _streams.Release(exchange);

    private static async ValueTask<CqlConnection> NegotiateAsync(
        EndPoint node, CqlOptions options, int version, Action<CqlEvent>? onEvent, CancellationToken cancellationToken)
    {
        const int LowestVersion = 3;
        while (true)
        {
            var stream = await Transport.OpenAsync(node, options, cancellationToken);
            var connection = new CqlConnection(node, stream, options, version, onEvent);
            try
            {
                await Handshake.RunAsync(connection, options, cancellationToken);
                connection._isReady = true;
                return connection;
            }
            catch (CqlServerException refusal) when (IsAboutVersion(refusal) && version > LowestVersion)
            {
                // The node does not speak this version. It closes such a connection, so the next one begins anew.
                await connection.DisposeAsync();
                version--;
            }
            catch
            {
                await connection.DisposeAsync();
                throw;
            }
        }
    }

    /// <summary>Cassandra 2.1 calls a version that it does not know a bug of its own, and only its text says what it is about.</summary>
    private static bool IsAboutVersion(CqlServerException refusal) => refusal.Code == CqlErrorCode.ProtocolError
        || (refusal.Code == CqlErrorCode.ServerError && refusal.Message.Contains("protocol version", StringComparison.Ordinal));

    private ValueTask<Exchange> TakeAsync(long deadline, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return _streams.TryTake() is { } free ? new(free) : WaitForPlaceAsync(deadline, cancellationToken);
    }

    private async ValueTask<Exchange> WaitForPlaceAsync(long deadline, CancellationToken cancellationToken)
    {
        var left = _options.Time.GetElapsedTime(_options.Time.GetTimestamp(), deadline);
        var patience = left < s_longestWait ? left : s_longestWait;
        var exchange = patience > TimeSpan.Zero ? await _streams.TakeAsync(patience, cancellationToken) : null;
        return exchange
            ?? throw new CqlBusyException($"{_options.MaxInFlightPerConnection} requests are in flight already; nothing was sent.");
    }

    private ValueTask<Answer> Send<T>(
        Exchange exchange, T what, Action<RequestEncoder, WireBuffer, T> encode, long deadline, CancellationToken cancellationToken)
    {
        var frame = t_frame ??= new();
        try
        {
            encode(_encoder, frame, what);
        }
        catch
        {
            _streams.Release(exchange);
            throw;
        }

        // Before READY nothing is agreed on.
        var sent = frame;
        if (_options.Compress && _isReady && Lz4.TryCompress(frame, t_compressed ??= new()))
            sent = t_compressed;

        var answer = exchange.Begin(deadline);
        if (_sender.TryAdd(sent.Written, exchange.Stream))
            exchange.CancelWith(cancellationToken);
        else
            exchange.Fail(Lost(wasSent: false));

        // One huge request does not make every thread keep so much.
        if (frame.Length > KeptFrameBytesMax)
            t_frame = t_compressed = null;
        return answer;
    }

    private async Task RunAsync()
    {
        var sending = _sender.RunAsync(_stream, _stopping.Token);
        var receiving = FrameReceiver.RunAsync(_stream, _options.MaxResponseBytes, _options.Compress, Take, _stopping.Token);

        // Whichever ends first takes the other along: a connection that works in one direction only is of no use.
        var first = await Task.WhenAny(sending, receiving);
        if (!_stopping.IsCancellationRequested)
            _reason = first.Exception?.InnerException ?? new IOException("The node has closed the connection.");
        await _stopping.CancelAsync();
        await Task.WhenAll(sending, receiving).ContinueWith(_ => { }, TaskScheduler.Default);
        await _expiry.DisposeAsync();
        try
        {
            await _stream.DisposeAsync();
        }
        catch (IOException exception)
        {
            // TLS says good-bye to a peer that is gone.
            _reason ??= exception;
        }

        _streams.Fail(() => Lost(wasSent: true));
        _ended.SetResult(_reason);
    }

    private CqlConnectionException Lost(bool wasSent) => _reason is { } reason
        ? new($"The connection has ended: {reason.Message}", reason) { WasSent = wasSent }
        : new("The connection has been closed.") { WasSent = wasSent };

    private void Take(FrameHeader header, Answer answer)
    {
        Volatile.Write(ref _lastHeard, _options.Time.GetTimestamp());
        if (header.Stream == EventStream && header.Opcode == Opcode.Event)
        {
            try
            {
                _onEvent?.Invoke(AnswerDecoder.Event(answer.Body));
            }
            finally
            {
                answer.Return();
            }
        }
        else if (_streams.Find(header.Stream)?.TryAnswer(answer) != true)
        {
            answer.Return();
            throw new CqlProtocolException($"An answer ({header.Opcode}) to stream {header.Stream}, which asked nothing.");
        }
    }

    private void Expire()
    {
        // A node that leaves half of what is in flight unanswered is not going to answer the rest.
        if (_streams.Expire(_options.Time.GetTimestamp()) <= _options.MaxInFlightPerConnection / 2)
            return;
        _reason ??= new TimeoutException("Half of all stream ids wait for answers that are overdue.");
        _stopping.Cancel();
    }
}

/// <summary>What a node answers to PREPARE.</summary>
/// <param name="Id">The statement's id.</param>
/// <param name="Parameters">Values it wants.</param>
/// <param name="PartitionKey">Which of them are the partition key; null where the node does not say (protocol v3).</param>
/// <param name="Columns">Columns of its rows.</param>
internal sealed record PreparedInfo(
    byte[] Id, IReadOnlyList<CqlColumn> Parameters, IReadOnlyList<int>? PartitionKey, IReadOnlyList<CqlColumn> Columns);

/// <summary>What a node tells by itself (native protocol v4, section 4.2.6).</summary>
/// <param name="Kind">TOPOLOGY_CHANGE, STATUS_CHANGE or SCHEMA_CHANGE.</param>
/// <param name="Change">NEW_NODE, REMOVED_NODE, UP, DOWN, CREATED, UPDATED, DROPPED.</param>
/// <param name="Node">The node concerned; null for a change of the schema.</param>
/// <param name="Keyspace">The keyspace concerned; null for a change of nodes.</param>
internal sealed record CqlEvent(string Kind, string Change, IPEndPoint? Node, string? Keyspace);
