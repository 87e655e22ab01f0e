using System.Runtime.InteropServices;
using BrokerIm.Core.Values;

namespace BrokerIm.Adapters.Production.Cassandra;

/// <summary>Independent pieces of work; each may take several requests, one after the other.</summary>
internal interface IWriteJobs
{
    /// <summary>How many there are.</summary>
    int Count { get; }

    /// <summary>Does one of them.</summary>
    ValueTask RunAsync(int job, CancellationToken cancellationToken);
}

/// <summary>
/// One table's share of a batch of the log. Rows with one order key (a conversation, a user) stay in log order and are one job, which
/// sends a request only once the one before is acknowledged; so nobody ever sees a later row without an earlier one.
/// </summary>
internal sealed class TableWrites<TRow> : IWriteJobs
{
    private readonly ICassandraSession _session;
    private readonly CassandraWrite<TRow> _write;
    private readonly TableShape<TRow> _shape;
    private readonly CassandraOptions _limits;
    private readonly TRow[] _rows;
    private readonly int[] _starts;

    /// <summary>Rows at the front that are the only ones with their key, and share requests.</summary>
    private readonly int _mixedRows;

    /// <param name="session">Where to.</param>
    /// <param name="write">How a row is written.</param>
    /// <param name="shape">What must be known of the table to cut its rows into requests.</param>
    /// <param name="rows">In log order.</param>
    /// <param name="limits">Bounds of a request.</param>
    public TableWrites(
        ICassandraSession session, CassandraWrite<TRow> write, TableShape<TRow> shape, List<TRow> rows, CassandraOptions limits)
    {
        (_session, _write, _shape, _limits) = (session, write, shape, limits);
        (_rows, _starts, _mixedRows) = Group(CollectionsMarshal.AsSpan(rows), shape, limits.MixedBatchRows > 0);
    }

    public int Count => MixedJobs + _starts.Length - 1;

    private int MixedJobs => _mixedRows == 0 ? 0 : ((_mixedRows - 1) / _limits.MixedBatchRows) + 1;

    public async ValueTask RunAsync(int job, CancellationToken cancellationToken)
    {
        var isMixed = job < MixedJobs;
        var left = isMixed ? Mixed(job) : Group(job - MixedJobs);
        while (!left.IsEmpty)
        {
            var count = Fitting(left.Span, isMixed);
            await _session.WriteAsync(_write, left[..count], cancellationToken);
            left = left[count..];
        }
    }

    private ReadOnlyMemory<TRow> Mixed(int job)
    {
        var start = job * _limits.MixedBatchRows;
        return _rows.AsMemory(start, Math.Min(_limits.MixedBatchRows, _mixedRows - start));
    }

    private ReadOnlyMemory<TRow> Group(int group) => _rows.AsMemory(_starts[group], _starts[group + 1] - _starts[group]);

    /// <summary>How many of the rows go into the next request, at least one.</summary>
    private int Fitting(ReadOnlySpan<TRow> rows, bool isMixed)
    {
        var max = Math.Min(rows.Length, isMixed ? _limits.MixedBatchRows : _limits.BatchRows);
        var bytes = _shape.BytesOf(rows[0]);
        var partition = _shape.PartitionOf(rows[0]);
        for (var i = 1; i < max; i++)
        {
            bytes += _shape.BytesOf(rows[i]);
            if (bytes > _limits.BatchBytes || (!isMixed && _shape.PartitionOf(rows[i]) != partition))
                return i;
        }

        return max;
    }

    /// <summary>Brings rows of one key together: a counting sort, because it keeps their order and touches each row once.</summary>
    private static (TRow[] Rows, int[] Starts, int MixedRows) Group(ReadOnlySpan<TRow> rows, TableShape<TRow> shape, bool mixSingles)
    {
        var groups = new Dictionary<ulong, int>(rows.Length);
        var groupOf = new int[rows.Length];
        var sizes = new int[rows.Length];
        for (var i = 0; i < rows.Length; i++)
        {
            // Mixed, one to one: neighbours who talk to each other have numbers whose own hashes are nearly all the same.
            var key = Partitioning.SplitMix64(shape.OrderKeyOf(rows[i]));
            ref var group = ref CollectionsMarshal.GetValueRefOrAddDefault(groups, key, out var isKnown);
            if (!isKnown)
                group = groups.Count - 1;
            groupOf[i] = group;
            sizes[group]++;
        }

        var mixed = mixSingles ? sizes.AsSpan(0, groups.Count).Count(1) : 0;
        var starts = new List<int>(groups.Count + 1);
        var next = new int[groups.Count];
        var (position, single) = (mixed, 0);
        for (var group = 0; group < groups.Count; group++)
        {
            if (mixSingles && sizes[group] == 1)
            {
                next[group] = single++;
                continue;
            }

            starts.Add(position);
            next[group] = position;
            position += sizes[group];
        }

        starts.Add(position);
        var sorted = new TRow[rows.Length];
        for (var i = 0; i < rows.Length; i++)
            sorted[next[groupOf[i]]++] = rows[i];
        return (sorted, [.. starts], mixed);
    }
}

/// <summary>What must be known of a table to cut its rows into requests.</summary>
/// <param name="OrderKeyOf">Rows with the same key are written in order.</param>
/// <param name="PartitionOf">Which of the partitions of that key the row is in.</param>
/// <param name="BytesOf">About how much the row adds to a request, as the server counts.</param>
internal sealed record TableShape<TRow>(Func<TRow, ulong> OrderKeyOf, Func<TRow, int> PartitionOf, Func<TRow, int> BytesOf);
