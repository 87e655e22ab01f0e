namespace BrokerIm.Simulation.Workload;

/// <summary>What happens in one run, from the first record to the last check.</summary>
internal interface IRun : IDisposable
{
    /// <summary>Runs it; what is wrong is told to the scheduler.</summary>
    void Run();
}
