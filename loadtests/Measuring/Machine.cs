using System.Runtime.InteropServices;

namespace BrokerIm.LoadTests.Measuring;

/// <summary>Where something was measured.</summary>
/// <param name="Processor">Its model.</param>
/// <param name="Cores">How many of them.</param>
/// <param name="MemoryBytes">What this process may use.</param>
/// <param name="System">Operating system.</param>
/// <param name="Runtime">.NET.</param>
internal sealed record Machine(string Processor, int Cores, long MemoryBytes, string System, string Runtime)
{
    /// <summary>This machine.</summary>
    public static Machine This { get; } = new(
        ProcessorModel(),
        Environment.ProcessorCount,
        GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
        RuntimeInformation.OSDescription,
        RuntimeInformation.FrameworkDescription);

    private static string ProcessorModel() => File.Exists("/proc/cpuinfo")
        ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(static line => line.StartsWith("model name", StringComparison.Ordinal))
            ?.Split(':')[1].Trim() ?? $"{RuntimeInformation.ProcessArchitecture}"
        : $"{RuntimeInformation.ProcessArchitecture}";
}
