using BrokerIm.Gateway.Queries;

namespace BrokerIm.Tests.Unit.Gateway.Queries;

public sealed class HistoryPageTests
{
    [Theory]
    [InlineData(100, 0, 20, 81, 100)]
    [InlineData(100, 50, 20, 31, 50)]
    [InlineData(100, 50, 1, 50, 50)]
    [InlineData(100, 5, 20, 1, 5)]
    [InlineData(100, 1, 20, 1, 1)]
    [InlineData(10, 100, 3, 8, 10)]
    [InlineData(10, uint.MaxValue, uint.MaxValue, 1, 10)]
    [InlineData(1_000, 0, uint.MaxValue, 801, 1_000)]
    [InlineData(1_000, 201, 200, 2, 201)]
    [InlineData(uint.MaxValue, uint.MaxValue, 2, uint.MaxValue - 1, uint.MaxValue)]
    public void Page_counts_backwards_from_the_message_asked_for(uint head, uint begin, uint count, uint from, uint to)
    {
        var page = HistoryPage.Of(head, begin, count);

        Assert.False(page.IsEmpty);
        Assert.Equal((from, to), (page.From, page.To));
    }

    [Theory]
    [InlineData(0, 0, 20)]
    [InlineData(0, 7, 20)]
    [InlineData(10, 0, 0)]
    [InlineData(10, 5, 0)]
    public void Page_of_nothing_is_empty(uint head, uint begin, uint count) =>
        Assert.True(HistoryPage.Of(head, begin, count).IsEmpty);
}
