using System.Globalization;
using BrokerIm.Faults.Checking;

namespace BrokerIm.Faults.Processes;

/// <summary>What the system says about a process.</summary>
internal static class ProcessFiles
{
    /// <summary>What it holds at the moment; null when it is gone.</summary>
    public static ProcessSize? SizeOf(int pid)
    {
        try
        {
            var status = File.ReadLines($"/proc/{pid}/status").Select(static line => line.Split(':', 2))
                .Where(static parts => parts.Length == 2).ToDictionary(static parts => parts[0], static parts => parts[1].Trim());
            var kilobytes = long.Parse(status["VmRSS"].Split(' ')[0], CultureInfo.InvariantCulture);
            var threads = int.Parse(status["Threads"], CultureInfo.InvariantCulture);
            return new(kilobytes * 1024, Directory.EnumerateFileSystemEntries($"/proc/{pid}/fd").Count(), threads);
        }
        catch (Exception exception) when (exception is IOException or KeyNotFoundException)
        {
            // It ended while it was looked at; what is left of it has no memory.
            return null;
        }
    }
}
