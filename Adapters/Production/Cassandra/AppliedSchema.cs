namespace BrokerIm.Adapters.Production.Cassandra;

/// <summary>Which steps of the schema a keyspace has been through, as it says itself.</summary>
internal sealed class AppliedSchema
{
    /// <summary>Where it says so.</summary>
    public const string Table = "schema_version";

    private static readonly CassandraRead<None, (int Version, string Checksum)> s_applied = new(
        $"SELECT version, checksum FROM {Table}", None.Bind, static row => (row.Int32(0), row.Text(1)));

    private readonly IReadOnlyDictionary<int, string> _checksums;

    private AppliedSchema(IReadOnlyDictionary<int, string> checksums) => _checksums = checksums;

    /// <summary>The newest version; 0 for a keyspace without tables.</summary>
    public int Version => _checksums.Keys.DefaultIfEmpty().Max();

    /// <summary>Reads it; <see cref="Table"/> must be there.</summary>
    public static async ValueTask<AppliedSchema> ReadAsync(ICassandraSession session, CancellationToken cancellationToken)
    {
        var rows = await session.ReadAsync(s_applied, default, cancellationToken);
        return new(rows.ToDictionary(static row => row.Version, static row => row.Checksum));
    }

    /// <summary>What makes going on dangerous, or null: the keyspace was made by another program than this one.</summary>
    public string? Contradiction(IReadOnlyList<SchemaFile> known)
    {
        if (Version > known.Count)
            return $"its schema has version {Version}, made by a newer program; this one knows versions up to {known.Count}.";

        foreach (var file in known)
        {
            if (_checksums.TryGetValue(file.Version, out var checksum) && checksum != file.Checksum)
            {
                return $"step {file.Version:d4} of its schema was made from another file than this program has "
                    + $"(checksum {checksum[..Math.Min(12, checksum.Length)]}, here {file.Checksum[..12]}).";
            }
        }

        return null;
    }

    /// <summary>Whether a step has been done to its end.</summary>
    public bool Has(SchemaFile file) => _checksums.ContainsKey(file.Version);
}
