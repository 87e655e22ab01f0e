using System.Net;

namespace BrokerIm.LoadTests.Cql;

/// <summary>What is measured.</summary>
/// <param name="Target">A node.</param>
/// <param name="InFlight">Requests in flight, one measurement for each.</param>
/// <param name="Duration">Of each measurement.</param>
/// <param name="Rounds">How often everything is measured.</param>
/// <param name="WarmUp">How long there is load before anything is measured.</param>
/// <param name="AgainstPython">Whether Debian's Python driver does the same, in turns.</param>
internal sealed record CqlLoadOptions(
    EndPoint Target, IReadOnlyList<int> InFlight, TimeSpan Duration, int Rounds, TimeSpan WarmUp, bool AgainstPython)
{
    /// <summary>One connection's worth of requests.</summary>
    public const int MaxInFlight = 1_024;
}
