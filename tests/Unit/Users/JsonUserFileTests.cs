using System.Text;
using BrokerIm.Server.Users;

namespace BrokerIm.Tests.Unit.Users;

public sealed class JsonUserFileTests
{
    [Fact]
    public void Users_are_read_with_all_their_fields()
    {
        var row = Assert.Single(Read(
            """
            [{"name": "alice", "password": "secret", "nick": "Alice", "department": "R&D", "email": "a@b.c", "phone": "123",
              "gender": 2, "avatar": "/a.png", "domain": "alice", "status": "1", "signature": "你好"}]
            """));
        Assert.Equal(
            new UserEntry
            {
                Name = "alice", Password = "secret", Nick = "Alice", Department = "R&D", Email = "a@b.c", Phone = "123",
                Gender = 2, Avatar = "/a.png", Domain = "alice", Status = 1, Signature = "你好",
            },
            row.Entry);
    }

    [Fact]
    public void Wrong_element_costs_itself_and_is_named_with_its_line()
    {
        var rows = Read(
            """
            [
              {"name": "alice", "password": "secret"},
              {"name": "bob"},
              {
                "name": "", "password": "secret"
              },
              7,
              {"name": "carol", "password": "secret"}
            ]
            """);
        Assert.Equal(["alice", null, null, null, "carol"], rows.Select(row => row.Entry?.Name));
        Assert.Equal(
            ["element 1 (line 2)", "element 2 (line 3)", "element 3 (line 4)", "element 4 (line 7)", "element 5 (line 8)"],
            rows.Select(row => row.Place));
        Assert.Contains("'password' is empty", rows[1].Problem);
        Assert.Contains("'name' has 0 characters", rows[2].Problem);
        Assert.Contains("must be an object", rows[3].Problem);
    }

    [Theory]
    [InlineData("""{"name": "a", "password": "b", "pasword": "c"}""", "no field 'pasword'")]
    [InlineData("""{"name": "a", "password": "b", "gender": 3}""", "'gender' is '3'")]
    [InlineData("""{"name": "a", "password": "b", "gender": -1}""", "'gender' is '-1'")]
    [InlineData("""{"name": "a", "password": "b", "status": "gone"}""", "'status' is 'gone'")]
    [InlineData("""{"name": "a", "password": "b", "nick": ["x"]}""", "'nick' must be a text or a number")]
    [InlineData("""{"name": "a", "password": "b", "name": "c"}""", "'name' is there twice")]
    [InlineData("""{"name": "a\nb", "password": "b"}""", "control characters")]
    [InlineData("""{"name": "123456789012345678901234567890123", "password": "b"}""", "33 characters")]
    public void Problem_says_what_is_wrong(string element, string problem) =>
        Assert.Contains(problem, Assert.Single(Read($"[{element}]")).Problem);

    [Fact]
    public void Broken_json_costs_the_rest_of_the_file()
    {
        var rows = Read("[\n{\"name\": \"alice\", \"password\": \"x\"},\n{\"name\": \"bob\" \"password\": \"x\"},\n{}]");
        Assert.Equal("alice", rows[0].Entry?.Name);
        Assert.Equal(2, rows.Count);
        Assert.StartsWith("line 3", rows[1].Place);
        Assert.Contains("not JSON", rows[1].Problem);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("\"x\"")]
    public void File_without_an_array_is_one_problem(string json) => Assert.Null(Assert.Single(Read(json)).Entry);

    [Fact]
    public void Byte_order_mark_is_skipped() =>
        Assert.Equal("alice", Assert.Single(Read("\uFEFF[{\"name\": \"alice\", \"password\": \"x\"}]")).Entry?.Name);

    private static IReadOnlyList<ImportRow> Read(string json) => JsonUserFile.Read(Encoding.UTF8.GetBytes(json));
}
