using System.Collections.Concurrent;
using BrokerIm.Cql.Wire;

namespace BrokerIm.Cql.Cluster;

/// <summary>
/// Finds out which bind markers make up the partition key, for protocol v3, which does not say: by the names of the table's columns.
/// </summary>
internal sealed class PartitionKeys
{
    private readonly ConcurrentDictionary<(string Keyspace, string Table), IReadOnlyList<string>> _columns = new();

    /// <summary>Forgets all tables: some may have been made anew.</summary>
    public void Clear() => _columns.Clear();

    /// <summary>Indices of the key's markers in the key's order; empty when not every column of the key has one.</summary>
    public async ValueTask<IReadOnlyList<int>> FindAsync(
        CqlConnection connection, IReadOnlyList<CqlColumn> parameters, long deadline, CancellationToken cancellationToken)
    {
        if (parameters.Count == 0)
            return [];

        var table = (parameters[0].Keyspace, parameters[0].Table);
        if (!_columns.TryGetValue(table, out var columns))
        {
            var tables = new SystemTables(connection, deadline);
            columns = await tables.ReadPartitionKeyAsync(table.Keyspace, table.Table, cancellationToken);
            _columns[table] = columns;
        }

        return Match(columns, parameters);
    }

    /// <summary>A marker is named after the column that it is compared with, unless the statement names it or compares otherwise.</summary>
    internal static IReadOnlyList<int> Match(IReadOnlyList<string> columns, IReadOnlyList<CqlColumn> parameters)
    {
        var names = parameters.Select(parameter => parameter.Name).ToList();
        var indices = columns.Select(column => names.IndexOf(column)).ToArray();
        return indices.Contains(-1) ? [] : indices;
    }
}
