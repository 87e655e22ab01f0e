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
/// sends a request only once the one before is acknowledged; so nobody ever sees a later row without an earlier one. Keys with few rows
/// share a request: all rows of a key are then in one partition, which a batch changes at once.
/// </summary>
internal sealed class TableWrites<TRow> : IWriteJobs
{
    private readonly ICassandraSession _session;
    private readonly CassandraWrite<TRow> _write;
    private readonly TableShape<TRow> _shape;
    private readonly CassandraOptions _limits;
    private readonly TRow[] _rows;

    /// <summary>Where each job begins in the rows, and the end of the last.</summary>
    private readonly int[] _starts;

    /// <summary>Jobs at the front that are one request each.</summary>
    private readonly int _sharedJobs;

    /// <param name="session">Where to.</param>
    /// <param name="write">How a row is written.</param>
    /// <param name="shape">What must be known of the table to cut its rows into requests.</param>
    /// <param name="rows">In log order.</param>
    /// <param name="limits">Bounds of a request.</param>
    public TableWrites(
        ICassandraSession session, CassandraWrite<TRow> write, TableShape<TRow> shape, List<TRow> rows, CassandraOptions limits)
    {
        (_session, _write, _shape, _limits) = (session, write, shape, limits);
        (_rows, _starts, _sharedJobs) = Cut(CollectionsMarshal.AsSpan(rows), shape, limits);
    }

    public int Count => _starts.Length - 1;

    public async ValueTask RunAsync(int job, CancellationToken cancellationToken)
    {
        var left = _rows.AsMemory(_starts[job].._starts[job + 1]);
        while (!left.IsEmpty)
        {
            var count = job < _sharedJobs ? left.Length : Fitting(left.Span);
            await _session.WriteAsync(_write, left[..count], cancellationToken);
            left = left[count..];
        }
    }

    /// <summary>How many rows of one key go into the next request, at least one.</summary>
    private int Fitting(ReadOnlySpan<TRow> rows)
    {
        var max = Math.Min(rows.Length, _limits.BatchRows);
        var bytes = _shape.BytesOf(rows[0]);
        var partition = _shape.PartitionOf(rows[0]);
        for (var i = 1; i < max; i++)
        {
            bytes += _shape.BytesOf(rows[i]);
            if (bytes > _limits.BatchBytes || _shape.PartitionOf(rows[i]) != partition)
                return i;
        }

        return max;
    }

    /// <summary>Brings rows of one key together: a counting sort, because it keeps their order and touches each row once.</summary>
    private static (TRow[] Rows, int[] Starts, int SharedJobs) Cut(
        ReadOnlySpan<TRow> rows, TableShape<TRow> shape, CassandraOptions limits)
    {
        var groups = new List<Group>(rows.Length);
        var groupOf = FindGroups(rows, shape, groups);
        var starts = new List<int>();
        var next = new int[groups.Count];
        var position = 0;
        var request = default(Group);
        for (var i = 0; i < groups.Count; i++)
        {
            var group = groups[i];
            if (!group.MayShare(limits))
                continue;
            if (starts.Count == 0 || !request.TryAdd(group, limits))
            {
                starts.Add(position);
                request = group;
            }

            next[i] = position;
            position += group.Rows;
        }

        var sharedJobs = starts.Count;
        for (var i = 0; i < groups.Count; i++)
        {
            if (groups[i].MayShare(limits))
                continue;
            starts.Add(position);
            next[i] = position;
            position += groups[i].Rows;
        }

        starts.Add(position);
        var sorted = new TRow[rows.Length];
        for (var i = 0; i < rows.Length; i++)
            sorted[next[groupOf[i]]++] = rows[i];
        return (sorted, [.. starts], sharedJobs);
    }

    private static int[] FindGroups(ReadOnlySpan<TRow> rows, TableShape<TRow> shape, List<Group> groups)
    {
        var known = new Dictionary<ulong, int>(rows.Length);
        var groupOf = new int[rows.Length];
        for (var i = 0; i < rows.Length; i++)
        {
            // Mixed, one to one: neighbours who talk to each other have numbers whose own hashes are nearly all the same.
            var key = Partitioning.SplitMix64(shape.OrderKeyOf(rows[i]));
            ref var group = ref CollectionsMarshal.GetValueRefOrAddDefault(known, key, out var isKnown);
            var row = new Group(shape.PartitionOf(rows[i]), shape.BytesOf(rows[i]));
            if (isKnown)
            {
                CollectionsMarshal.AsSpan(groups)[group].AddRow(row);
            }
            else
            {
                group = groups.Count;
                groups.Add(row);
            }

            groupOf[i] = group;
        }

        return groupOf;
    }

    /// <summary>Rows of one key, or of several that share a request.</summary>
    private record struct Group(int Partition, int Bytes)
    {
        private int _keys = 1;
        private bool _isDivided;

        public int Rows { get; private set; } = 1;

        public void AddRow(Group row)
        {
            Rows++;
            Bytes += row.Bytes;
            _isDivided |= row.Partition != Partition;
        }

        public readonly bool MayShare(CassandraOptions limits) =>
            limits.SharedRequestKeys > 1 && !_isDivided && Rows <= limits.BatchRows && Bytes <= limits.BatchBytes;

        public bool TryAdd(Group other, CassandraOptions limits)
        {
            if (_keys == limits.SharedRequestKeys || Rows + other.Rows > limits.BatchRows || Bytes + other.Bytes > limits.BatchBytes)
                return false;
            _keys++;
            Rows += other.Rows;
            Bytes += other.Bytes;
            return true;
        }
    }
}

/// <summary>What must be known of a table to cut its rows into requests.</summary>
/// <param name="OrderKeyOf">Rows with the same key are written in order.</param>
/// <param name="PartitionOf">Which of the partitions of that key the row is in.</param>
/// <param name="BytesOf">About how much the row adds to a request, as the server counts.</param>
internal sealed record TableShape<TRow>(Func<TRow, ulong> OrderKeyOf, Func<TRow, int> PartitionOf, Func<TRow, int> BytesOf);
