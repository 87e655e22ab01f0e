namespace BrokerIm.Tests.Unit.Budgets;

/// <summary>Counts what a piece of work allocates.</summary>
internal static class Allocations
{
    /// <summary>Bytes allocated by the calling thread while it works.</summary>
    public static long Of(Action work)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        work();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
