using BrokerIm.LoadTests.Measuring;

namespace BrokerIm.LoadTests.Running;

/// <summary>How long a scenario runs, and whose costs are counted.</summary>
/// <param name="WarmUp">Load before anything is measured.</param>
/// <param name="Duration">How long is measured; a scenario that has nothing more to do ends earlier.</param>
/// <param name="Servers">Processes whose costs are counted, beside the generator's own.</param>
/// <param name="System">What is measured.</param>
internal sealed record RunOptions(
    TimeSpan WarmUp, TimeSpan Duration, IReadOnlyList<WatchedProcess> Servers, string System = RunOptions.BrokerIm)
{
    /// <summary>Ourselves.</summary>
    public const string BrokerIm = "brokerim";
}
