using BrokerIm.Server.Users;

namespace BrokerIm.Tests.Unit.Users;

public sealed class CsvUserFileTests
{
    [Fact]
    public void Header_names_the_fields_in_any_order()
    {
        var row = Assert.Single(Read("Password, nick,name\nsecret,\"Alice, the first\",alice\n"));
        Assert.Equal(new UserEntry { Name = "alice", Password = "secret", Nick = "Alice, the first" }, row.Entry);
        Assert.Equal("line 2", row.Place);
    }

    [Fact]
    public void Wrong_line_costs_itself_and_is_named()
    {
        var rows = Read("name,password,gender\nalice,x,1\nbob,x\ncarol,x,9\n\"da\"\"ve\",x,0\n");
        Assert.Equal(["alice", null, null, "da\"ve"], rows.Select(row => row.Entry?.Name));
        Assert.Equal(["line 2", "line 3", "line 4", "line 5"], rows.Select(row => row.Place));
        Assert.Contains("2 fields; the header names 3", rows[1].Problem);
        Assert.Contains("'gender' is '9'", rows[2].Problem);
    }

    [Fact]
    public void Field_over_several_lines_is_named_by_all_of_them()
    {
        var rows = Read("name,password,signature\nalice,x,\"two\nlines\"\nbob,x,\n");
        Assert.Equal(["lines 2-3", "line 4"], rows.Select(row => row.Place));
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("name,pasword\n", "no field 'pasword'")]
    [InlineData("name,nick\nalice,Alice\n", "lacks 'password'")]
    [InlineData("name,password,name\n", "'name' is there twice")]
    public void Header_that_will_not_do_is_one_problem(string csv, string problem)
    {
        var row = Assert.Single(Read(csv));
        Assert.Equal("line 1", row.Place);
        Assert.Contains(problem, row.Problem);
    }

    private static IReadOnlyList<ImportRow> Read(string csv)
    {
        using var reader = new StringReader(csv);
        return CsvUserFile.Read(reader);
    }
}
