using System.Diagnostics;

namespace BrokerIm.LoadTests.Running;

/// <summary>Makes the requests of an open loop when they are due.</summary>
internal static class Pacer
{
    /// <summary>Runs until told to stop. Blocks its thread between requests.</summary>
    /// <param name="load">When requests are due.</param>
    /// <param name="request">Makes one, given its number and the timestamp at which it was due; must not block.</param>
    /// <param name="stop">Ends it.</param>
    public static Task RunAsync(IOpenLoop load, Action<long, long> request, CancellationToken stop) =>
        Task.Factory.StartNew(() => Run(load, request, stop), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static void Run(IOpenLoop load, Action<long, long> request, CancellationToken stop)
    {
        var start = Stopwatch.GetTimestamp();
        for (long number = 0; !stop.IsCancellationRequested;)
        {
            var now = Stopwatch.GetTimestamp();
            for (; start + (long)(load.SecondsUntil(number) * Stopwatch.Frequency) is var due && due <= now; number++)
                request(number, due);
            stop.WaitHandle.WaitOne(millisecondsTimeout: 1);
        }
    }
}
