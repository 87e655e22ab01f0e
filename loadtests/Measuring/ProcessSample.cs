using System.Globalization;

namespace BrokerIm.LoadTests.Measuring;

/// <summary>What a process had used at one moment, as the kernel tells it.</summary>
/// <param name="Processor">Processor time in user and kernel mode, of all threads.</param>
/// <param name="OwnBytes">Memory that is really there and nobody else's: without what is mapped from files, such as the program itself.</param>
internal readonly record struct ProcessSample(TimeSpan Processor, long OwnBytes)
{
    // USER_HZ: what /proc counts in is fixed at 100 per second on Linux, whatever the kernel's own clock.
    private const int TicksPerSecond = 100;

    /// <summary>Looks at a process; null when it is gone.</summary>
    public static ProcessSample? Take(int pid)
    {
        try
        {
            return Parse(File.ReadAllText($"/proc/{pid}/stat"), File.ReadAllText($"/proc/{pid}/statm"));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Reads the texts of <c>/proc/PID/stat</c> and <c>/proc/PID/statm</c>.</summary>
    public static ProcessSample Parse(string stat, string statm)
    {
        // The second field is the program's name in parentheses and may hold anything, parentheses and spaces included.
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        var ticks = Number(fields[11]) + Number(fields[12]);

        // Pages: all, resident, and of these mapped from files or shared.
        var pages = statm.Split(' ');
        return new(
            TimeSpan.FromSeconds(ticks / (double)TicksPerSecond),
            (Number(pages[1]) - Number(pages[2])) * Environment.SystemPageSize);
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
