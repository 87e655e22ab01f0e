using System.Globalization;

namespace BrokerIm.LoadTests.Measuring;

/// <summary>What the processors of the machine had done at one moment.</summary>
/// <param name="Busy">Seconds spent working on all processors together, for whomever, stolen time of a virtual machine included.</param>
/// <param name="Total">All seconds there were.</param>
internal readonly record struct MachineSample(double Busy, double Total)
{
    // What /proc counts in.
    private const int TicksPerSecond = 100;

    /// <summary>Looks at the machine; nothing where the kernel does not tell.</summary>
    public static MachineSample Take() => File.Exists("/proc/stat") ? Parse(File.ReadLines("/proc/stat").First()) : default;

    /// <summary>Reads the first line of <c>/proc/stat</c>.</summary>
    public static MachineSample Parse(string line)
    {
        // user nice system idle iowait irq softirq steal; what follows is contained in user and nice.
        var times = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..9]
            .Select(static text => double.Parse(text, CultureInfo.InvariantCulture)).ToArray();
        return new((times.Sum() - times[3] - times[4]) / TicksPerSecond, times.Sum() / TicksPerSecond);
    }

    /// <summary>What share of the machine's time went to processes other than those that used <paramref name="ownSeconds"/>.</summary>
    public static double ShareOfOthers(MachineSample before, MachineSample after, double ownSeconds)
    {
        var total = after.Total - before.Total;
        return total > 0 ? Math.Max(0, (after.Busy - before.Busy - ownSeconds) / total) : 0;
    }
}
