using BrokerIm.Cql.Cluster;

namespace BrokerIm.Cql.Tests.Cluster;

public sealed class BackoffTests
{
    private static readonly TimeSpan s_min = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_max = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(1, 0.2, 0.4)]
    [InlineData(2, 0.4, 0.8)]
    [InlineData(3, 0.8, 1.6)]
    [InlineData(7, 12.8, 25.6)]
    [InlineData(8, 15, 30)]
    [InlineData(9, 15, 30)]
    [InlineData(int.MaxValue, 15, 30)]
    public void Wait_doubles_up_to_its_limit(int failures, double from, double to)
    {
        Assert.Equal(from, Backoff.After(failures, s_min, s_max, random: 0).TotalSeconds, precision: 9);
        Assert.Equal((from + to) / 2, Backoff.After(failures, s_min, s_max, random: 0.5).TotalSeconds, precision: 9);
        Assert.Equal(to, Backoff.After(failures, s_min, s_max, random: 1).TotalSeconds, precision: 9);
    }

    [Fact]
    public void Equal_limits_leave_no_choice() =>
        Assert.Equal(s_min, Backoff.After(5, s_min, s_min, random: 0.7));
}
