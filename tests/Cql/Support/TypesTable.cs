using System.Text.Json.Nodes;

namespace BrokerIm.Cql.Tests.Support;

/// <summary>A table with a column of every type that the node knows, and rows of arbitrary values; some of them null.</summary>
internal sealed class TypesTable : IAsyncDisposable
{
    private static readonly Version s_newTypesSince = new(2, 2);

    private TypesTable(Keyspace keyspace, IReadOnlyList<TypeCase> columns) => (Keyspace, Columns) = (keyspace, columns);

    public Keyspace Keyspace { get; }

    /// <summary>The types of the columns <c>c0</c>, <c>c1</c> and so on; before them there is <c>id int</c>, the key.</summary>
    public IReadOnlyList<TypeCase> Columns { get; }

    public IEnumerable<string> Names => Columns.Select((_, i) => $"c{i}").Prepend("id");

    /// <summary>The columns as they are declared.</summary>
    public IEnumerable<string> Declarations => Columns.Select((column, i) => $"c{i} {column.Declaration}").Prepend("id int PRIMARY KEY");

    public string Insert => $"INSERT INTO {{0}}.types ({string.Join(", ", Names)}) VALUES ({string.Join(", ", Names.Select(_ => "?"))})";

    public string Select => $"SELECT {string.Join(", ", Names)} FROM {{0}}.types WHERE id = ?";

    public static async Task<TypesTable> CreateAsync()
    {
        var keyspace = await Keyspace.CreateAsync();
        var release = Version.Parse(keyspace.Session.Nodes[0].ReleaseVersion.Split('-')[0]);
        var table = new TypesTable(keyspace, [.. TypeCases.Old, .. release >= s_newTypesSince ? TypeCases.New : []]);
        await keyspace.DoAsync($"CREATE TABLE {{0}}.types ({string.Join(", ", table.Declarations)})");
        return table;
    }

    /// <summary>Arbitrary rows without their id, which is their index.</summary>
    public IReadOnlyList<object?[]> Rows(int count)
    {
        const int OneNullOf = 10;
        var samples = Columns.Select(column => column.Samples(count)).ToArray();
        return [.. Enumerable.Range(0, count).Select(row => samples
            .Select((column, i) => (row + i) % OneNullOf == 0 ? null : column[row]).ToArray())];
    }

    public void Add(CqlValues values, int id, object?[] row)
    {
        values.Add(id);
        for (var i = 0; i < row.Length; i++)
        {
            if (row[i] is { } value)
                Columns[i].Add(values, value);
            else
                values.AddNull();
        }
    }

    /// <summary>A row as text; collections that are empty are null, since Cassandra does not tell them apart.</summary>
    public JsonArray Tell(int id, object?[] row) =>
        [.. row.Select((value, i) => value is null ? null : NullIfEmpty(Columns[i].Tell(value))).Prepend(JsonValue.Create($"{id}"))];

    /// <summary>The current row of an answer as text.</summary>
    public JsonArray Tell(CqlRows rows) => Tell(
        rows.GetInt32(0), [.. Columns.Select((column, i) => rows.IsNull(i + 1) ? null : column.Get(rows, i + 1))]);

    public ValueTask DisposeAsync() => Keyspace.DisposeAsync();

    private static JsonNode? NullIfEmpty(JsonNode node) => node is JsonArray { Count: 0 } ? null : node;
}
