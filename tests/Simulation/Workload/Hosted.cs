using System.Runtime.CompilerServices;
using Microsoft.Extensions.Hosting;

namespace BrokerIm.Simulation.Workload;

/// <summary>
/// What a host would run. The host would run it on the thread pool; here it runs where the scheduler says.
/// </summary>
internal static class Hosted
{
    /// <summary>The service's work, until cancelled.</summary>
    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "ExecuteAsync")]
    public static extern Task ExecuteAsync(this BackgroundService service, CancellationToken stoppingToken);
}
