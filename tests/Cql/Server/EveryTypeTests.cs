using System.Globalization;
using System.Net;
using System.Numerics;
using BrokerIm.Cql.Tests.Support;

namespace BrokerIm.Cql.Tests.Server;

/// <summary>Values of every type, written to a real node and read back.</summary>
public sealed class EveryTypeTests
{
    private const int Rows = 40;

    [Fact]
    public async Task Values_of_prepared_statements_come_back_as_they_were() =>
        await CheckAsync(async (table, text) => (await table.Keyspace.PrepareAsync(text)).Bind());

    [Fact]
    public async Task Values_of_plain_statements_come_back_as_they_were() =>
        await CheckAsync((table, text) => Task.FromResult(new CqlStatement(table.Keyspace.Text(text))));

    [Fact]
    public async Task Node_knows_each_column_by_the_type_it_was_declared_with()
    {
        await using var table = await TypesTable.CreateAsync();
        var insert = await table.Keyspace.PrepareAsync(table.Insert);
        Assert.Equal(table.Columns.Select(column => $"{column.Type}"), insert.Parameters.Skip(1).Select(parameter => $"{parameter.Type}"));
        var select = await table.Keyspace.PrepareAsync(table.Select);
        Assert.Equal(table.Names, select.Columns.Select(column => column.Name));
    }

    [Fact]
    public async Task Literals_of_the_server_are_read_as_what_they_say()
    {
        await using var keyspace = await Keyspace.CreateAsync(
            "CREATE TABLE {0}.literals (id int PRIMARY KEY, d decimal, v varint, f float, t timestamp, i inet, b blob, l list<int>, m map<text, uuid>)");
        await keyspace.DoAsync(
            "INSERT INTO {0}.literals (id, d, v, f, t, i, b, l, m) VALUES (1, -12.340, -170141183460469231731687303715884105729, 1.5, "
            + "'2015-03-04 05:06:07.089+0000', '2001:db8::1', 0xcafe, [3, 1, 3], {{'k': 00112233-4455-6677-8899-aabbccddeeff}})");

        using var rows = await keyspace.Session.QueryAsync(
            keyspace.Text("SELECT d, v, f, t, i, b, l, m FROM {0}.literals"), Patience.Token);

        Assert.True(rows.Read());
        Assert.Equal("-12.340", rows.GetDecimal(0).ToString(CultureInfo.InvariantCulture));
        Assert.Equal(-(BigInteger.One << 127) - 1, rows.GetVarint(1));
        Assert.Equal(1.5f, rows.GetSingle(2));
        Assert.Equal(new DateTimeOffset(2015, 3, 4, 5, 6, 7, 89, TimeSpan.Zero), rows.GetTimestamp(3));
        Assert.Equal(IPAddress.Parse("2001:db8::1"), rows.GetInetAddress(4));
        Assert.Equal<byte>([0xca, 0xfe], rows.GetBytes(5).ToArray());
        Assert.Equal([3, 1, 3], rows.GetList<int>(6));
        Assert.Equal(Guid.Parse("00112233-4455-6677-8899-aabbccddeeff"), rows.GetMap<string, Guid>(7)["k"]);
    }

    [Fact]
    public async Task Counters_count()
    {
        await using var keyspace = await Keyspace.CreateAsync("CREATE TABLE {0}.hits (id int PRIMARY KEY, count counter)");
        var update = (await keyspace.PrepareAsync("UPDATE {0}.hits SET count = count + ? WHERE id = ?")).Bind();
        foreach (var step in (long[])[5, -7])
        {
            update.Values.Clear();
            update.Values.Add(step).Add(1);
            (await keyspace.Session.ExecuteAsync(update, Patience.Token)).Dispose();
        }

        using var rows = await keyspace.Session.QueryAsync(keyspace.Text("SELECT count FROM {0}.hits"), Patience.Token);
        Assert.True(rows.Read());
        Assert.Equal(-2, rows.GetInt64(0));
    }

    [Fact]
    public async Task User_types_are_read_and_written_as_bytes()
    {
        await using var keyspace = await Keyspace.CreateAsync(
            "CREATE TYPE {0}.address (number int, street text)",
            "CREATE TABLE {0}.homes (id int PRIMARY KEY, home frozen<address>)");
        await keyspace.DoAsync("INSERT INTO {0}.homes (id, home) VALUES (1, {{number: 7, street: 'a'}})");
        byte[] home;
        using (var rows = await keyspace.Session.QueryAsync(keyspace.Text("SELECT home FROM {0}.homes WHERE id = 1"), Patience.Token))
        {
            Assert.True(rows.Read());
            Assert.Equal(keyspace.Text("{0}.address"), rows.Columns[0].Type.ToString());
            home = rows.GetRaw(0).ToArray();
            Assert.Equal<byte>([0, 0, 0, 4, 0, 0, 0, 7, 0, 0, 0, 1, (byte)'a'], home);
        }

        var insert = (await keyspace.PrepareAsync("INSERT INTO {0}.homes (id, home) VALUES (?, ?)")).Bind();
        insert.Values.Add(2).AddRaw(home);
        (await keyspace.Session.ExecuteAsync(insert, Patience.Token)).Dispose();

        using var read = await keyspace.Session.QueryAsync(keyspace.Text("SELECT home FROM {0}.homes WHERE id = 2"), Patience.Token);
        Assert.True(read.Read());
        Assert.Equal(home, read.GetRaw(0).ToArray());
    }

    private static async Task CheckAsync(Func<TypesTable, string, Task<CqlStatement>> make)
    {
        await using var table = await TypesTable.CreateAsync();
        var rows = table.Rows(Rows);
        var insert = await make(table, table.Insert);
        var select = await make(table, table.Select);
        for (var id = 0; id < rows.Count; id++)
        {
            insert.Values.Clear();
            table.Add(insert.Values, id, rows[id]);
            (await table.Keyspace.Session.ExecuteAsync(insert, Patience.Token)).Dispose();

            select.Values.Clear();
            select.Values.Add(id);
            using var read = await table.Keyspace.Session.ExecuteAsync(select, Patience.Token);
            Assert.True(read.Read());
            Assert.Equal(table.Tell(id, rows[id]).ToJsonString(), table.Tell(read).ToJsonString());
        }
    }
}
