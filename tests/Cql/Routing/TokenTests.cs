using BrokerIm.Cql.Routing;
using BrokerIm.Cql.Tests.Support;

namespace BrokerIm.Cql.Tests.Routing;

/// <summary>A real node computes the same tokens.</summary>
public sealed class TokenTests
{
    private const int KeysOfEach = 60;

    [Theory]
    [InlineData("int")]
    [InlineData("bigint")]
    [InlineData("text")]
    [InlineData("blob")]
    [InlineData("timeuuid")]
    [InlineData("timestamp")]
    [InlineData("varint")]
    [InlineData("inet")]
    [InlineData("double")]
    [InlineData("boolean")]
    [InlineData("decimal")]
    [InlineData("frozen<tuple<int, text>>")]
    [InlineData("bigint", "int")]
    [InlineData("text", "blob", "uuid")]
    [InlineData("blob", "blob")]
    public async Task Node_puts_keys_where_we_look_for_them(params string[] types)
    {
        var key = types.Select(type => TypeCases.Old.Single(column => column.Declaration == type)).ToArray();
        var names = key.Select((_, i) => $"k{i}").ToArray();
        var all = string.Join(", ", names);
        await using var keyspace = await Keyspace.CreateAsync(
            $"CREATE TABLE {{0}}.keys ({string.Join(", ", names.Zip(types, (name, type) => $"{name} {type}"))}, PRIMARY KEY (({all})))");
        var insert = await keyspace.PrepareAsync($"INSERT INTO {{0}}.keys ({all}) VALUES ({string.Join(", ", names.Select(_ => "?"))})");
        var select = await keyspace.PrepareAsync(
            $"SELECT token({all}) FROM {{0}}.keys WHERE {string.Join(" AND ", names.Select(name => $"{name} = ?"))}");
        Assert.Equal(Enumerable.Range(0, key.Length), insert.PartitionKey);

        var samples = key.Select(type => type.Samples(KeysOfEach)).ToArray();
        for (var i = 0; i < KeysOfEach; i++)
        {
            var write = With(insert, i);
            if (!RoutingKey.TryGetToken(write, out var token))
            {
                Assert.Equal(0, write.Values.BytesOf(0).Length);
                continue;
            }

            (await keyspace.Session.ExecuteAsync(write, Patience.Token)).Dispose();
            using var rows = await keyspace.Session.ExecuteAsync(With(select, i), Patience.Token);
            Assert.True(rows.Read());
            Assert.Equal(rows.GetInt64(0), token);
        }

        CqlStatement With(CqlPrepared prepared, int index)
        {
            var statement = prepared.Bind();
            for (var k = 0; k < key.Length; k++)
                key[k].Add(statement.Values, samples[k][index]);
            return statement;
        }
    }
}
