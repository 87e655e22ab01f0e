using BrokerIm.Core.Values;

namespace BrokerIm.Gateway.Sessions;

/// <summary>
/// Which of two sessions of one user and device class stays: the one ranked higher. All gateways compare the same values, so of
/// logins that cross each other exactly one survives.
/// </summary>
/// <param name="LoginTimeMs">The later login stays.</param>
/// <param name="Gateway">Decides between equal times.</param>
/// <param name="Connection">Decides on one gateway.</param>
internal readonly record struct LoginRank(long LoginTimeMs, GatewayAddress Gateway, ulong Connection) : IComparable<LoginRank>
{
    public static bool operator <(LoginRank left, LoginRank right) => left.CompareTo(right) < 0;

    public static bool operator >(LoginRank left, LoginRank right) => left.CompareTo(right) > 0;

    public static bool operator <=(LoginRank left, LoginRank right) => left.CompareTo(right) <= 0;

    public static bool operator >=(LoginRank left, LoginRank right) => left.CompareTo(right) >= 0;

    public int CompareTo(LoginRank other)
    {
        var byTime = LoginTimeMs.CompareTo(other.LoginTimeMs);
        if (byTime != 0)
            return byTime;
        var byName = string.CompareOrdinal(Gateway.Id, other.Gateway.Id);
        if (byName != 0)
            return byName;
        var byRun = Gateway.Incarnation.CompareTo(other.Gateway.Incarnation);
        return byRun != 0 ? byRun : Connection.CompareTo(other.Connection);
    }
}
