using System.Collections.Concurrent;
using BrokerIm.Adapters.Production.Cassandra;

namespace BrokerIm.Tests.Unit.Cassandra;

/// <summary>A session that remembers what was written and does what a test says.</summary>
internal sealed class RecordingCassandra : ICassandraSession
{
    private int _underWay;
    private int _mostAtOnce;

    /// <summary>Requests in the order in which they were begun.</summary>
    public ConcurrentQueue<(CassandraStatement Statement, object[] Rows)> Writes { get; } = new();

    /// <summary>Runs before a write is acknowledged.</summary>
    public Func<CassandraStatement, object[], Task> OnWrite { get; set; } = static async (_, _) => await Task.Yield();

    /// <summary>Answers reads.</summary>
    public Func<CassandraStatement, object, IEnumerable<object>> OnRead { get; set; } = static (_, _) => [];

    /// <summary>Writes under way at the same time, at most.</summary>
    public int MostAtOnce => _mostAtOnce;

    /// <summary>Writes under way now.</summary>
    public int UnderWay => Volatile.Read(ref _underWay);

    public async ValueTask WriteAsync<TRow>(
        CassandraWrite<TRow> write, ReadOnlyMemory<TRow> rows, CancellationToken cancellationToken)
    {
        object[] boxed = [.. rows.ToArray().Select(row => (object)row!)];
        Writes.Enqueue((write, boxed));
        var now = Interlocked.Increment(ref _underWay);
        for (var most = _mostAtOnce; now > most; most = _mostAtOnce)
            Interlocked.CompareExchange(ref _mostAtOnce, now, most);
        try
        {
            await OnWrite(write, boxed);
        }
        finally
        {
            Interlocked.Decrement(ref _underWay);
        }
    }

    public ValueTask<List<TResult>> ReadAsync<TKey, TResult>(
        CassandraRead<TKey, TResult> read, TKey key, CancellationToken cancellationToken) =>
        new(OnRead(read, key!).Cast<TResult>().ToList());

    public ValueTask RunAsync(string statement, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
