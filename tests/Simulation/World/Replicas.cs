using BrokerIm.Simulation.Engine;

namespace BrokerIm.Simulation.World;

/// <summary>
/// Three copies of the store. A write reaches each copy in its own time, some of them very late; it is safe once two have it. A read
/// asks any two, and of each cell takes the copy that wins.
/// </summary>
internal sealed class Replicas(Scheduler scheduler, Weather weather)
{
    /// <summary>
    /// Whether what a read has seen is on both copies before it answers, as Cassandra does it, so that no later read sees less. Workers do
    /// without; clients and gateways read one after the other and rely on it.
    /// </summary>
    public bool RepairsOnRead { get; set; }

    /// <summary>Copies.</summary>
    public const int Count = 3;

    private const int Quorum = 2;

    private static readonly TimeSpan s_quick = TimeSpan.FromMilliseconds(2);

    private readonly Dictionary<RowSet, Dictionary<RowKey, Cell>>[] _copies = [[], [], []];

    /// <summary>Writes the cells of one partition of a table; each copy gets all of them at once.</summary>
    /// <param name="writes">Cells of one partition.</param>
    /// <param name="safe">Called once two copies have them.</param>
    public void Write(IReadOnlyList<CellWrite> writes, Action safe)
    {
        var have = 0;
        for (var copy = 0; copy < Count; copy++)
        {
            var target = _copies[copy];
            var isLate = scheduler.Happens(weather.LateReplica);
            var takes = scheduler.Within(isLate ? weather.Latest : s_quick);
            scheduler.After(takes, null, "", () =>
            {
                Put(target, writes);
                if (++have == Quorum)
                    safe();
            });
        }
    }

    /// <summary>Reads one partition of a table from two of the copies.</summary>
    public Dictionary<RowKey, Cell> Read(RowSet rows)
    {
        var without = scheduler.Random.Next(Count);
        var asked = Enumerable.Range(0, Count).Where(copy => copy != without).ToList();
        var merged = Merge(rows, asked);
        if (RepairsOnRead && merged.Count > 0)
        {
            foreach (var copy in asked)
                _copies[copy][rows] = new(merged);
        }

        return merged;
    }

    /// <summary>On how many copies a row has a value.</summary>
    public int CopiesWith(RowSet rows, RowKey key, Func<Cell, bool> isRight) => _copies.Count(
        copy => copy.TryGetValue(rows, out var found) && found.TryGetValue(key, out var cell) && isRight(cell));

    /// <summary>Brings the copies together, as a repair does.</summary>
    public void Repair()
    {
        foreach (var rows in _copies.SelectMany(static copy => copy.Keys).Distinct().ToList())
        {
            var merged = Merge(rows, Enumerable.Range(0, Count));
            foreach (var copy in _copies)
                copy[rows] = merged;
        }
    }

    /// <summary>Everything, after a repair.</summary>
    public IReadOnlyDictionary<RowSet, Dictionary<RowKey, Cell>> Repaired => _copies[0];

    /// <summary>Every copy loses a row.</summary>
    public void Lose(RowSet rows, RowKey key)
    {
        foreach (var copy in _copies)
            copy.GetValueOrDefault(rows)?.Remove(key);
    }

    private Dictionary<RowKey, Cell> Merge(RowSet rows, IEnumerable<int> copies)
    {
        var merged = new Dictionary<RowKey, Cell>();
        foreach (var copy in copies)
        {
            if (!_copies[copy].TryGetValue(rows, out var found))
                continue;
            foreach (var (key, cell) in found)
            {
                if (cell.Beats(merged.GetValueOrDefault(key)))
                    merged[key] = cell;
            }
        }

        return merged;
    }

    private static void Put(Dictionary<RowSet, Dictionary<RowKey, Cell>> copy, IReadOnlyList<CellWrite> writes)
    {
        foreach (var write in writes)
        {
            if (!copy.TryGetValue(write.Rows, out var cells))
                copy[write.Rows] = cells = [];
            if (write.Cell.Beats(cells.GetValueOrDefault(write.Key)))
                cells[write.Key] = write.Cell;
        }
    }
}
