namespace BrokerIm.Import;

/// <summary>
/// What became of every row: counts per table, and one line for each row that was not taken as it is. The shards of a table are
/// counted together.
/// </summary>
/// <param name="details">Takes lines of table, row and what was done, with tabs between; null for none.</param>
public sealed class ImportReport(TextWriter? details)
{
    private readonly Dictionary<string, TableCounts> _tables = [];
    private readonly Dictionary<(string Table, string Reason), long> _reasons = [];

    /// <summary>Counts per table, in the order in which the tables were read.</summary>
    public IEnumerable<(string Table, TableCounts Counts)> Tables => _tables.Select(static one => (one.Key, one.Value));

    /// <summary>How many rows of which table were skipped or changed, and why.</summary>
    public IEnumerable<(string Table, string Reason, long Rows)> Reasons =>
        _reasons.Select(static one => (one.Key.Table, one.Key.Reason, one.Value));

    /// <summary>Rows that could not be written because the store holds something else in their place.</summary>
    public long Conflicts { get; private set; }

    /// <summary>Counts of a table or of one of its shards.</summary>
    public TableCounts Of(string table)
    {
        var family = FamilyOf(table);
        if (!_tables.TryGetValue(family, out var counts))
            _tables[family] = counts = new();
        return counts;
    }

    /// <summary>A row that is not imported.</summary>
    public void Skip(string table, long row, string reason)
    {
        Of(table).Skipped++;
        Note(table, row, reason);
    }

    /// <summary>A row that is imported with something changed.</summary>
    public void Adapt(string table, long row, string change) => Note(table, row, change);

    /// <summary>A row for which the store has no room, because somebody has written there since.</summary>
    public void Conflict(string table, long row, string reason)
    {
        Conflicts++;
        Skip(table, row, reason);
    }

    private void Note(string table, long row, string text)
    {
        var key = (FamilyOf(table), text);
        _reasons[key] = _reasons.GetValueOrDefault(key) + 1;
        details?.WriteLine($"{table}\t{row}\t{text}");
    }

    private static string FamilyOf(string table) => table.TrimEnd("0123456789".ToCharArray()).TrimEnd('_');
}

/// <summary>Rows of one table.</summary>
public sealed class TableCounts
{
    /// <summary>Rows read.</summary>
    public long Read { get; set; }

    /// <summary>Rows that are in the store now, whether this run wrote them or one before.</summary>
    public long Imported { get; set; }

    /// <summary>Of these, rows that have another number than in the source.</summary>
    public long Renumbered { get; set; }

    /// <summary>Rows that were not imported.</summary>
    public long Skipped { get; set; }
}
