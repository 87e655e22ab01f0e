using System.Buffers;
using System.Collections.Concurrent;
using System.Net.Security;
using BrokerIm.Core.Ports;
using BrokerIm.Cql;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace BrokerIm.Adapters.Production.Cassandra;

/// <summary>Makes sessions of our own client. Nothing outside this file names it.</summary>
internal sealed class CqlCassandraConnector(
    IOptions<CassandraOptions> options, TimeProvider time, ILogger<CqlCassandraConnector> log) : ICassandraConnector
{
    // Clients of ours give up after ten seconds; a store that is back must not be passed over for longer than that.
    private static readonly TimeSpan s_reconnectMax = TimeSpan.FromSeconds(3);

    public ICassandraSession Open(string? keyspace)
    {
        var settings = options.Value;
        var isQuorum = settings.Consistency == CassandraConsistency.Quorum;
        var cql = new CqlOptions
        {
            // Without a keyspace it is the cluster itself that is looked at, and which datacenters there are is one of the questions.
            LocalDatacenter = keyspace is null || settings.LocalDatacenter.Length == 0 ? null : settings.LocalDatacenter,
            Keyspace = keyspace,
            Credentials = settings.User.Length == 0 ? null : new(settings.User, settings.Password),
            Tls = settings.Tls ? Tls(settings.TlsHostName) : null,
            Consistency = isQuorum ? Consistency.Quorum : Consistency.LocalQuorum,
            SerialConsistency = isQuorum ? Consistency.Serial : Consistency.LocalSerial,
            ConnectionsPerNode = settings.ConnectionsPerNode,
            RequestTimeout = settings.RequestTimeout,
            ReconnectMax = s_reconnectMax,
            Time = time,
            Log = log,
        };
        foreach (var node in settings.Nodes)
            cql.ContactPoints.Add(node);
        return new CqlCassandraSession(cql);
    }

    private static SslClientAuthenticationOptions Tls(string hostName) => hostName.Length == 0 ? new() : new() { TargetHost = hostName };
}

/// <summary>A session of our own client, connected when it is first used.</summary>
internal sealed class CqlCassandraSession(CqlOptions options) : ICassandraSession
{
    private readonly ConcurrentDictionary<CassandraStatement, Prepared> _prepared = new(ReferenceEqualityComparer.Instance);
    private readonly SemaphoreSlim _connecting = new(1, 1);
    private volatile CqlSession? _session;
    private bool _disposed;

    public async ValueTask WriteAsync<TRow>(
        CassandraWrite<TRow> write, ReadOnlyMemory<TRow> rows, CancellationToken cancellationToken)
    {
        try
        {
            var session = _session ?? await ConnectAsync(cancellationToken);
            var prepared = await PrepareAsync(session, write, cancellationToken);
            if (rows.Length == 1)
                await WriteOneAsync(session, prepared, write, rows, cancellationToken);
            else
                await WriteBatchAsync(session, prepared, write, rows, cancellationToken);
        }
        catch (CqlException exception)
        {
            throw Translate(exception);
        }
    }

    public async ValueTask<List<TResult>> ReadAsync<TKey, TResult>(
        CassandraRead<TKey, TResult> read, TKey key, CancellationToken cancellationToken)
    {
        try
        {
            var session = _session ?? await ConnectAsync(cancellationToken);
            var statement = (await PrepareAsync(session, read, cancellationToken)).Statement.Bind();
            statement.IsIdempotent = true;
            statement.PageSize = read.PageSize;
            read.Bind(key, new BoundValues { Values = statement.Values });

            var results = new List<TResult>();
            while (true)
            {
                using var rows = await session.ExecuteAsync(statement, cancellationToken);
                var row = new Row(rows);
                while (rows.Read())
                    results.Add(read.Map(row));

                // A page may be empty and still not be the last.
                if (rows.PagingState is not { } next)
                    return results;
                statement.PagingState = next;
            }
        }
        catch (CqlException exception)
        {
            throw Translate(exception);
        }
    }

    public async ValueTask RunAsync(string statement, CancellationToken cancellationToken)
    {
        try
        {
            var session = _session ?? await ConnectAsync(cancellationToken);
            (await session.ExecuteAsync(new CqlStatement(statement) { IsIdempotent = true }, cancellationToken)).Dispose();
        }
        catch (CqlException exception)
        {
            throw Translate(exception);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _connecting.WaitAsync(CancellationToken.None);
        try
        {
            _disposed = true;
            if (_session is { } session)
                await session.DisposeAsync();
            _session = null;
        }
        finally
        {
            _connecting.Release();
        }
    }

    private async ValueTask<CqlSession> ConnectAsync(CancellationToken cancellationToken)
    {
        await _connecting.WaitAsync(cancellationToken);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _session ??= await CqlSession.ConnectAsync(options, cancellationToken);
        }
        finally
        {
            _connecting.Release();
        }
    }

    private static async ValueTask WriteOneAsync<TRow>(
        CqlSession session, Prepared prepared, CassandraWrite<TRow> write, ReadOnlyMemory<TRow> rows, CancellationToken cancellationToken)
    {
        var statement = prepared.Take();
        write.Bind(in rows.Span[0], new BoundValues { Values = statement.Values });
        (await session.ExecuteAsync(statement, cancellationToken)).Dispose();
        prepared.GiveBack(statement);
    }

    private static async ValueTask WriteBatchAsync<TRow>(
        CqlSession session, Prepared prepared, CassandraWrite<TRow> write, ReadOnlyMemory<TRow> rows, CancellationToken cancellationToken)
    {
        var batch = new CqlBatch(CqlBatchKind.Unlogged) { IsIdempotent = true };
        var statements = ArrayPool<CqlStatement>.Shared.Rent(rows.Length);
        Bind(rows.Span);
        (await session.ExecuteAsync(batch, cancellationToken)).Dispose();

        // Only what has ended well is used again: of anything else we do not know who still looks at it.
        foreach (var statement in statements.AsSpan(0, rows.Length))
            prepared.GiveBack(statement);
        ArrayPool<CqlStatement>.Shared.Return(statements, clearArray: true);

        void Bind(ReadOnlySpan<TRow> span)
        {
            var values = new BoundValues();
            for (var i = 0; i < span.Length; i++)
            {
                batch.Add(statements[i] = prepared.Take());
                values.Values = statements[i].Values;
                write.Bind(in span[i], values);
            }
        }
    }

    private ValueTask<Prepared> PrepareAsync(
        CqlSession session, CassandraStatement statement, CancellationToken cancellationToken)
    {
        return _prepared.TryGetValue(statement, out var known) ? new(known) : NewAsync();

        async ValueTask<Prepared> NewAsync() =>
            _prepared.GetOrAdd(statement, new Prepared(await session.PrepareAsync(statement.Text, cancellationToken)));
    }

    /// <summary>What passes by itself is unavailability; the rest no repetition cures.</summary>
    private static Exception Translate(CqlException exception) => exception switch
    {
        CqlAuthenticationException => new CassandraRefusalException(exception.Message, exception) { IsLogin = true },
        CqlTypeException => new CassandraRefusalException(exception.Message, exception),
        CqlNoNodeException { InnerException: CqlAuthenticationException or CqlServerException { Code: CqlErrorCode.BadCredentials } } =>
            new CassandraRefusalException(exception.Message, exception) { IsLogin = true },
        CqlNoNodeException { InnerException: CqlServerException inner } when IsRefusal(inner.Code) =>
            new CassandraRefusalException(inner.Message, exception),
        CqlServerException { Code: CqlErrorCode.BadCredentials } =>
            new CassandraRefusalException(exception.Message, exception) { IsLogin = true },
        CqlServerException server when IsRefusal(server.Code) => new CassandraRefusalException(exception.Message, exception),
        _ => new DependencyUnavailableException($"Cassandra: {exception.Message}", exception),
    };

    private static bool IsRefusal(CqlErrorCode code) => code is CqlErrorCode.SyntaxError or CqlErrorCode.Unauthorized
        or CqlErrorCode.Invalid or CqlErrorCode.ConfigError or CqlErrorCode.AlreadyExists or CqlErrorCode.FunctionFailure
        or CqlErrorCode.ProtocolError;

    /// <summary>A prepared statement, with executions that have ended: used again, they bring their buffers along.</summary>
    private sealed class Prepared(CqlPrepared statement)
    {
        private const int MostSpare = 4_096;
        private const int LargestSpare = 2_048;

        private readonly ConcurrentQueue<CqlStatement> _spare = new();
        private int _count;

        public CqlPrepared Statement => statement;

        /// <summary>An execution without values.</summary>
        public CqlStatement Take()
        {
            if (!_spare.TryDequeue(out var spare))
            {
                var fresh = statement.Bind();
                fresh.IsIdempotent = true;
                return fresh;
            }

            Interlocked.Decrement(ref _count);
            return spare;
        }

        /// <summary>Keeps an execution for another use, unless there are enough or its buffer is large.</summary>
        public void GiveBack(CqlStatement ended)
        {
            if (ended.Values.EncodedLength > LargestSpare)
                return;

            if (Interlocked.Increment(ref _count) > MostSpare)
            {
                Interlocked.Decrement(ref _count);
                return;
            }

            ended.Values.Clear();
            _spare.Enqueue(ended);
        }
    }

    private sealed class BoundValues : IBoundValues
    {
        public CqlValues Values { get; set; } = null!;

        public IBoundValues Add(int value) => With(Values.Add(value));

        public IBoundValues Add(long value) => With(Values.Add(value));

        public IBoundValues Add(bool value) => With(Values.Add(value));

        public IBoundValues Add(string value) => With(Values.Add(value));

        public IBoundValues Add(Guid value) => With(Values.Add(value));

        public IBoundValues Add(ReadOnlySpan<byte> value) => With(Values.Add(value));

        public IBoundValues Add(IReadOnlyCollection<int> values) => With(Values.AddList(values));

        public IBoundValues Add(IReadOnlyCollection<long> values) => With(Values.AddList(values));

        private BoundValues With(CqlValues values)
        {
            Values = values;
            return this;
        }
    }

    private sealed class Row(CqlRows rows) : ICassandraRow
    {
        public bool IsNull(int column) => rows.IsNull(column);

        public int Int32(int column) => rows.GetInt32(column);

        public long Int64(int column) => rows.GetInt64(column);

        public bool Boolean(int column) => rows.GetBoolean(column);

        public string Text(int column) => rows.GetString(column);

        public Guid Uuid(int column) => rows.GetGuid(column);

        public ReadOnlySpan<byte> Blob(int column) => rows.GetBytes(column);

        public IReadOnlyDictionary<string, string> TextMap(int column) => rows.GetMap<string, string>(column);
    }
}
