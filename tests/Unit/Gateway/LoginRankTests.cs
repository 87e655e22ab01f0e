using BrokerIm.Gateway.Sessions;

namespace BrokerIm.Tests.Unit.Gateway;

public sealed class LoginRankTests
{
    private static readonly LoginRank[] Rising =
    [
        new(1, new("b", 9), 9),
        new(2, new("a", 1), 9),
        new(2, new("a", 2), 1),
        new(2, new("a", 2), 2),
        new(2, new("b", 1), 1),
        new(3, new("a", 1), 1),
    ];

    [Fact]
    public void Time_decides_then_the_gateway_then_its_run_then_the_connection()
    {
        for (var lower = 0; lower < Rising.Length; lower++)
        {
            for (var higher = lower + 1; higher < Rising.Length; higher++)
            {
                Assert.True(Rising[lower] < Rising[higher]);
                Assert.True(Rising[higher] > Rising[lower]);
            }
        }
    }

    [Fact]
    public void Session_is_never_ranked_below_itself() => Assert.All(Rising, rank => Assert.False(rank < rank with { }));
}
