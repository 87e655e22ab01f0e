using BrokerIm.Contracts.Records;
using BrokerIm.Gateway.Delivery;

namespace BrokerIm.Tests.Unit.Gateway.Delivery;

public sealed class DeliveryChainTests
{
    private const long OpenedMs = 1_000;

    private readonly DeliveryChain _chain = new(OpenedMs);

    [Fact]
    public void Links_that_join_on_fit()
    {
        _chain.Follow(Link(owner: 7, previous: 0, position: 1), nowMs: 2_000);
        Assert.Null(_chain.Follow(Link(7, 1, 2), 3_000));
        Assert.Null(_chain.Follow(Link(7, 2, 9), 4_000));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(0)]
    public void First_link_breaks_since_the_queue_was_opened_whoever_sent_before_it(ulong previous) =>
        Assert.Equal(OpenedMs, _chain.Follow(Link(7, previous, 4), 2_000));

    [Fact]
    public void Lost_link_breaks_the_chain_since_the_last_good_one()
    {
        _chain.Follow(Link(7, 0, 1), 2_000);
        _chain.Follow(Link(7, 1, 2), 3_000);

        Assert.Equal(3_000, _chain.Follow(Link(7, 3, 4), 9_000));
        Assert.Null(_chain.Follow(Link(7, 4, 5), 10_000));
    }

    [Fact]
    public void New_owner_breaks_the_chain_even_with_a_fresh_start()
    {
        _chain.Follow(Link(7, 0, 1), 2_000);

        Assert.Equal(2_000, _chain.Follow(Link(8, 0, 1), 3_000));
        Assert.Null(_chain.Follow(Link(8, 1, 2), 4_000));
    }

    [Fact]
    public void Old_owner_who_still_speaks_breaks_the_chain_both_ways()
    {
        _chain.Follow(Link(7, 0, 5), 2_000);
        _chain.Follow(Link(8, 0, 1), 3_000);

        Assert.Equal(3_000, _chain.Follow(Link(7, 5, 6), 4_000));
        Assert.Equal(4_000, _chain.Follow(Link(8, 1, 2), 5_000));
    }

    [Fact]
    public void Repeated_link_changes_nothing()
    {
        _chain.Follow(Link(7, 0, 1), 2_000);
        _chain.Follow(Link(7, 1, 2), 3_000);

        Assert.Null(_chain.Follow(Link(7, 0, 1), 4_000));
        Assert.Null(_chain.Follow(Link(7, 2, 3), 5_000));
    }

    [Fact]
    public void Owner_and_position_zero_are_numbers_like_any_other()
    {
        _chain.Follow(Link(0, 0, 0), 2_000);
        Assert.Null(_chain.Follow(Link(0, 0, 1), 3_000));
        Assert.Equal(3_000, _chain.Follow(Link(0, 2, 3), 4_000));
    }

    private static PartitionDelivery Link(ulong owner, ulong previous, ulong position) =>
        new() { Owner = owner, Previous = previous, Position = position };
}
