using System.Text.Json.Nodes;
using BrokerIm.Cql.Tests.Support;

namespace BrokerIm.Cql.Tests.Interop;

/// <summary>What one client writes to a real node, another reads.</summary>
public sealed class ServerInteropTests
{
    private const int Rows = 100;

    [Fact]
    public async Task What_we_write_an_independent_client_reads()
    {
        await using var table = await TypesTable.CreateAsync();
        var rows = table.Rows(Rows);
        var insert = (await table.Keyspace.PrepareAsync(table.Insert)).Bind();
        for (var id = 0; id < rows.Count; id++)
        {
            insert.Values.Clear();
            table.Add(insert.Values, id, rows[id]);
            (await table.Keyspace.Session.ExecuteAsync(insert, Patience.Token)).Dispose();
        }

        var read = JsonNode.Parse(await RunAsync("read", table, []))!["rows"]!.AsArray();

        Assert.Equal(rows.Count, read.Count);
        for (var id = 0; id < rows.Count; id++)
            Assert.Equal(table.Tell(id, rows[id]).ToJsonString(), NullIfEmpty(read[id]!.AsArray()).ToJsonString());
    }

    [Fact]
    public async Task What_an_independent_client_writes_we_read()
    {
        await using var table = await TypesTable.CreateAsync();
        var rows = table.Rows(Rows);

        await RunAsync("write", table, rows.Select((row, id) => table.Tell(id, row)));

        var select = (await table.Keyspace.PrepareAsync(table.Select)).Bind();
        for (var id = 0; id < rows.Count; id++)
        {
            select.Values.Clear();
            select.Values.Add(id);
            using var read = await table.Keyspace.Session.ExecuteAsync(select, Patience.Token);
            Assert.True(read.Read());
            Assert.Equal(table.Tell(id, rows[id]).ToJsonString(), table.Tell(read).ToJsonString());
        }
    }

    private static Task<string> RunAsync(string action, TypesTable table, IEnumerable<JsonArray> rows)
    {
        var types = table.Columns.Select(column => column.ToString()).Prepend("int");
        var task = new JsonObject
        {
            ["columns"] = new JsonObject(table.Names.Zip(types, (name, type) => KeyValuePair.Create(name, (JsonNode?)type))),
            ["rows"] = new JsonArray([.. rows]),
        };
        var node = Service.Node;
        return PythonDriver.RunAsync(task.ToJsonString(), action, $"{node.Address}", $"{node.Port}", table.Keyspace.Name, "types");
    }

    /// <summary>Cassandra does not tell empty collections from none, but those that are in a tuple.</summary>
    private static JsonArray NullIfEmpty(JsonArray row) =>
        [.. row.Select(cell => cell is JsonArray { Count: 0 } ? null : cell?.DeepClone())];
}
