using BrokerIm.Cql.Cluster;

namespace BrokerIm.Cql.Tests.Cluster;

public sealed class PartitionKeysTests
{
    [Fact]
    public void Markers_are_found_in_the_order_of_the_key() =>
        Assert.Equal([2, 0], PartitionKeys.Match(["a", "b"], Markers("b", "x", "a")));

    [Fact]
    public void Key_that_is_not_bound_as_a_whole_is_unknown() =>
        Assert.Empty(PartitionKeys.Match(["a", "b"], Markers("a", "in(b)")));

    [Fact]
    public void Table_without_columns_has_no_key() => Assert.Empty(PartitionKeys.Match([], Markers("a")));

    private static CqlColumn[] Markers(params string[] names) =>
        [.. names.Select(name => new CqlColumn("ks", "table", name, new(CqlTypeCode.Int)))];
}
