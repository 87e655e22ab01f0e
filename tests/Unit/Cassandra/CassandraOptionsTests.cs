using System.ComponentModel.DataAnnotations;
using BrokerIm.Adapters.Production.Cassandra;

namespace BrokerIm.Tests.Unit.Cassandra;

public sealed class CassandraOptionsTests
{
    [Theory]
    [InlineData("localhost:9042")]
    [InlineData("10.0.0.1")]
    [InlineData("node-1.example:9042, node-2.example:19042")]
    [InlineData("[::1]:9042,::1")]
    public void Nodes_may_be_named_in_every_usual_way(string contactPoints) =>
        Assert.Empty(Problems(new() { ContactPoints = contactPoints }));

    [Theory]
    [InlineData(",")]
    [InlineData("host:port")]
    [InlineData("host:0")]
    [InlineData("host:70000")]
    [InlineData("a b")]
    [InlineData("node:9042,:9042")]
    public void What_is_no_node_is_named(string contactPoints) => Assert.StartsWith(
        "Cassandra:ContactPoints", Assert.Single(Problems(new() { ContactPoints = contactPoints })), StringComparison.Ordinal);

    [Theory]
    [InlineData("Brokerim")]
    [InlineData("1st")]
    [InlineData("a b")]
    [InlineData("a;drop")]
    [InlineData("")]
    public void What_cannot_be_a_keyspace_is_refused(string keyspace) => Assert.NotEmpty(Problems(new() { Keyspace = keyspace }));

    [Fact]
    public void Half_a_login_is_refused_without_repeating_it()
    {
        var problem = Assert.Single(Problems(new() { Password = "hunter2" }));
        Assert.StartsWith("Cassandra:User", problem, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", problem, StringComparison.Ordinal);
        Assert.Empty(Problems(new() { User = "brokerim", Password = "hunter2" }));
    }

    [Fact]
    public void Values_out_of_bounds_are_refused()
    {
        Assert.NotEmpty(Problems(new() { Consistency = (CassandraConsistency)7 }));
        Assert.NotEmpty(Problems(new() { SharedRequestKeys = 0 }));
        Assert.NotEmpty(Problems(new() { ReplicationFactor = 0 }));
        Assert.NotEmpty(Problems(new() { LocalDatacenter = "it's" }));
    }

    private static List<string?> Problems(CassandraOptions options)
    {
        var problems = new List<ValidationResult>();
        Validator.TryValidateObject(options, new(options), problems, validateAllProperties: true);
        return [.. problems.Select(problem => problem.ErrorMessage)];
    }
}
