using BrokerIm.Core.Ports;

namespace BrokerIm.Simulation.World;

/// <summary>What an adapter makes of a deadline.</summary>
internal static class Deadlines
{
    /// <summary>Too late is unavailable: what was asked for may yet happen.</summary>
    public static async Task OrUnavailable(this Task work)
    {
        try
        {
            await work;
        }
        catch (TimeoutException exception)
        {
            throw new DependencyUnavailableException("No answer in time.", exception);
        }
    }
}
