using BrokerIm.Cql.Cluster;

namespace BrokerIm.Cql.Tests.Cluster;

public sealed class TokenRingTests
{
    private static readonly TokenRing s_ring = new([Rings.Node("a", 10, 40), Rings.Node("b", 20), Rings.Node("c", -30)]);

    // In the order of the ring: c -30, a 10, b 20, a 40.
    [Theory]
    [InlineData(long.MinValue, 0)]
    [InlineData(-31, 0)]
    [InlineData(-30, 0)]
    [InlineData(-29, 1)]
    [InlineData(10, 1)]
    [InlineData(11, 2)]
    [InlineData(20, 2)]
    [InlineData(40, 3)]
    [InlineData(41, 0)]
    [InlineData(long.MaxValue, 0)]
    public void Range_ends_with_its_token_and_the_first_one_goes_on_past_the_last(long token, int range) =>
        Assert.Equal(range, s_ring.RangeOf(token));

    [Fact]
    public void Owners_follow_around_the_ring_to_where_they_began()
    {
        Assert.Equal([2, 0, 1, 0], s_ring.OwnersFrom(0));
        Assert.Equal([1, 0, 2, 0], s_ring.OwnersFrom(2));
    }

    [Fact]
    public void Ring_without_tokens_has_no_ranges() => Assert.Equal(0, new TokenRing([Rings.Node("a")]).Count);
}
