using BrokerIm.Cql.Tests.Support;
using BrokerIm.Cql.Wire;

namespace BrokerIm.Cql.Tests.Wire;

/// <summary>One connection to a real node.</summary>
public sealed class RealNodeTests
{
    [Fact]
    public async Task Version_is_negotiated_and_a_table_read()
    {
        await using var connection = await CqlConnection.OpenAsync(
            Service.Node, new CqlOptions(), version: null, onEvent: null, Patience.Token);

        using var rows = await connection.ExecuteAsync(
            new CqlStatement("SELECT release_version, key FROM system.local"), Patience.Deadline, Patience.Token);

        Assert.InRange(connection.Version, 3, 4);
        Assert.True(rows.Read());
        Assert.Equal("local"u8, rows.GetRaw(1));
        Assert.False(rows.Read());
        Assert.Equal(["release_version", "key"], rows.Columns.Select(column => column.Name));
    }

    [Fact]
    public async Task Node_says_what_it_supports()
    {
        await using var connection = await CqlConnection.OpenAsync(
            Service.Node, new CqlOptions(), version: null, onEvent: null, Patience.Token);

        var supported = await connection.OptionsAsync(Patience.Deadline, Patience.Token);

        Assert.NotEmpty(supported["CQL_VERSION"]);
    }

    [Fact]
    public async Task Wrong_statement_is_refused_with_node_and_text()
    {
        await using var connection = await CqlConnection.OpenAsync(
            Service.Node, new CqlOptions(), version: null, onEvent: null, Patience.Token);

        var error = await Assert.ThrowsAsync<CqlServerException>(() => connection.ExecuteAsync(
            new CqlStatement("SELEKT 1"), Patience.Deadline, Patience.Token).AsTask());

        Assert.Equal(CqlErrorCode.SyntaxError, error.Code);
        Assert.Equal(Service.Node, error.Node);
        Assert.Equal("SELEKT 1", error.Request);
    }
}
