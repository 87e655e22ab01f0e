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
    private readonly ConcurrentDictionary<CassandraStatement, CqlPrepared> _prepared = new(ReferenceEqualityComparer.Instance);
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
            (await session.ExecuteAsync(Request(prepared, write, rows.Span), cancellationToken)).Dispose();
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
            var statement = (await PrepareAsync(session, read, cancellationToken)).Bind();
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

    private ValueTask<CqlPrepared> PrepareAsync(
        CqlSession session, CassandraStatement statement, CancellationToken cancellationToken)
    {
        return _prepared.TryGetValue(statement, out var known) ? new(known) : NewAsync();

        async ValueTask<CqlPrepared> NewAsync() =>
            _prepared[statement] = await session.PrepareAsync(statement.Text, cancellationToken);
    }

    private static CqlRequest Request<TRow>(CqlPrepared prepared, CassandraWrite<TRow> write, ReadOnlySpan<TRow> rows)
    {
        var values = new BoundValues();
        if (rows.Length == 1)
        {
            var statement = prepared.Bind();
            values.Values = statement.Values;
            write.Bind(in rows[0], values);
            statement.IsIdempotent = true;
            return statement;
        }

        var batch = new CqlBatch(CqlBatchKind.Unlogged) { IsIdempotent = true };
        foreach (ref readonly var row in rows)
        {
            values.Values = batch.Add(prepared);
            write.Bind(in row, values);
        }

        return batch;
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
