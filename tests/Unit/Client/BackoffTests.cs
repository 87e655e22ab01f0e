using BrokerIm.Client.Sending;

namespace BrokerIm.Tests.Unit.Client;

public sealed class BackoffTests
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Max = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(1, 500)]
    [InlineData(2, 1_000)]
    [InlineData(4, 4_000)]
    [InlineData(7, 30_000)]
    [InlineData(int.MaxValue, 30_000)]
    public void Bound_doubles_with_each_failure_up_to_the_longest(int failures, double boundMs)
    {
        Assert.Equal(boundMs, Backoff.Delay(failures, First, Max, random: 1).TotalMilliseconds);
        Assert.Equal(boundMs / 4, Backoff.Delay(failures, First, Max, random: 0.25).TotalMilliseconds);
        Assert.Equal(TimeSpan.Zero, Backoff.Delay(failures, First, Max, random: 0));
    }

    [Fact]
    public void Delays_differ_so_that_clients_do_not_return_as_one() =>
        Assert.True(Enumerable.Range(0, 100).Select(_ => Backoff.Delay(5, First, Max)).Distinct().Count() > 50);
}
