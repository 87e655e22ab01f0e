using System.Diagnostics;

namespace BrokerIm.LoadTests.Running;

/// <summary>The stretch of a run whose latencies count: after the warm-up, before the end.</summary>
internal sealed class MeasuredWindow
{
    private long _from = long.MaxValue;
    private long _until = long.MaxValue;

    /// <summary>One that has no warm-up and no end, for what happens once, before the load.</summary>
    public static MeasuredWindow Always()
    {
        var window = new MeasuredWindow();
        window.Open();
        return window;
    }

    /// <summary>What is due from now on counts.</summary>
    public void Open() => Volatile.Write(ref _from, Stopwatch.GetTimestamp());

    /// <summary>What is due from now on does not.</summary>
    public void Close() => Volatile.Write(ref _until, Stopwatch.GetTimestamp());

    /// <summary>Whether something that was due then counts.</summary>
    public bool Contains(long intendedAt) => intendedAt >= Volatile.Read(ref _from) && intendedAt < Volatile.Read(ref _until);
}
