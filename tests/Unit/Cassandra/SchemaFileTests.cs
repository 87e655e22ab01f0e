using BrokerIm.Adapters.Production.Cassandra;

namespace BrokerIm.Tests.Unit.Cassandra;

public sealed class SchemaFileTests
{
    private const string Text =
        """
        -- About the table; with a semicolon;
        CREATE TABLE IF NOT EXISTS a (
            id int PRIMARY KEY,  -- not a line of its own
            -- a line of its own
            name text
        ) WITH gc_grace_seconds = 1{compression};

        CREATE TABLE IF NOT EXISTS b (id int PRIMARY KEY);

        """;

    [Fact]
    public void Files_are_numbered_from_1_without_gaps() =>
        Assert.Equal(Enumerable.Range(1, SchemaFile.All.Count), SchemaFile.All.Select(file => file.Version));

    [Fact]
    public void Statements_are_whole_and_without_comments()
    {
        var statements = new SchemaFile(1, Text).Statements(new(4, 1)).ToList();
        Assert.Equal(2, statements.Count);
        Assert.StartsWith("CREATE TABLE IF NOT EXISTS a (", statements[0], StringComparison.Ordinal);
        Assert.EndsWith("gc_grace_seconds = 1", statements[0], StringComparison.Ordinal);
        Assert.DoesNotContain("line of its own\n", statements[0].Replace("not a line of its own", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2.1", true)]
    [InlineData("2.2", true)]
    [InlineData("3.0", false)]
    [InlineData("5.0", false)]
    public void Compression_is_off_where_it_makes_reads_slow(string release, bool isOff) =>
        Assert.Equal(isOff, new SchemaFile(1, Text).Statements(Version.Parse(release)).First().Contains("'sstable_compression': ''", StringComparison.Ordinal));

    [Fact]
    public void Every_statement_can_be_run_twice() => Assert.All(
        SchemaFile.All.SelectMany(file => file.Statements(new(4, 1))),
        statement => Assert.StartsWith("CREATE TABLE IF NOT EXISTS ", statement, StringComparison.Ordinal));

    [Fact]
    public void Checksum_knows_the_text_and_not_its_line_ends()
    {
        var file = new SchemaFile(1, Text);
        Assert.Equal(file.Checksum, new SchemaFile(1, Text.ReplaceLineEndings("\r\n")).Checksum);
        Assert.NotEqual(file.Checksum, new SchemaFile(1, Text + " ").Checksum);
    }
}
