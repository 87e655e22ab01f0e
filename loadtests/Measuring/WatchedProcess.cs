namespace BrokerIm.LoadTests.Measuring;

/// <summary>A process that belongs to what is measured.</summary>
/// <param name="Pid">Its id.</param>
/// <param name="Name">What people call it.</param>
internal sealed record WatchedProcess(int Pid, string Name)
{
    /// <summary>The generator itself.</summary>
    public static WatchedProcess Self { get; } = new(Environment.ProcessId, "generator");

    /// <summary>All processes of BrokerIm on this machine, and those of brokers if asked.</summary>
    public static IReadOnlyList<WatchedProcess> Discover(bool brokersToo)
    {
        if (!Directory.Exists("/proc"))
            return [];
        return
        [
            .. Directory.EnumerateDirectories("/proc")
                .Select(static folder => int.TryParse(Path.GetFileName(folder), out var pid) ? pid : 0)
                .Where(static pid => pid != 0 && pid != Environment.ProcessId)
                .Select(pid => NameOf(CommandLineOf(pid), brokersToo) is { } name ? new WatchedProcess(pid, name) : null)
                .OfType<WatchedProcess>()
                .OrderBy(static process => process.Pid),
        ];
    }

    /// <summary>Processes that were named by their ids.</summary>
    public static IReadOnlyList<WatchedProcess> Of(IEnumerable<int> pids) =>
        [.. pids.Select(static pid => new WatchedProcess(pid, NameOf(CommandLineOf(pid), brokersToo: true) ?? "server"))];

    /// <summary>What a command line runs; null when it is none of ours.</summary>
    public static string? NameOf(string[] commandLine, bool brokersToo)
    {
        var program = Array.FindIndex(
            commandLine, static part => part.Contains("BrokerIm.Server", StringComparison.Ordinal) || Path.GetFileName(part) is "brokerim" or "brokerim.dll");

        // "dotnet run --project Server" starts the server and waits for it; it is not the server.
        if (program is 0 or 1 && program + 1 < commandLine.Length)
            return $"brokerim {commandLine[program + 1]}";
        return brokersToo && commandLine.Length > 0 ? BrokerOf(commandLine) : null;
    }

    private static string? BrokerOf(string[] commandLine)
    {
        // Redis puts its address behind its name, into the same argument.
        var program = Path.GetFileName(commandLine[0].Split(' ')[0]);
        return program switch
        {
            "redis-server" or "valkey-server" => "redis",
            "beam.smp" when commandLine.Any(static part => part.Contains("rabbit", StringComparison.Ordinal)) => "rabbitmq",
            "java" when commandLine.Contains("kafka.Kafka") => "kafka",
            "java" when commandLine.Contains("org.apache.zookeeper.server.quorum.QuorumPeerMain") => "zookeeper",
            "java" when commandLine.Contains("org.apache.cassandra.service.CassandraDaemon") => "cassandra",
            _ => null,
        };
    }

    private static string[] CommandLineOf(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline").Split('\0', StringSplitOptions.RemoveEmptyEntries);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It ended meanwhile, or is somebody else's.
            return [];
        }
    }
}
