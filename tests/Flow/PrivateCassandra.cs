using System.Diagnostics;
using BrokerIm.Tests.House;

namespace BrokerIm.Tests.Flow;

/// <summary>A Cassandra of a test's own, which may be killed and started again while nobody else uses it.</summary>
internal sealed class PrivateCassandra : IAsyncDisposable
{
    private const string PortVariable = "BROKERIM_LOCAL_CASSANDRA_PORT";

    private readonly string _folder;

    private PrivateCassandra(string folder, string address) => (_folder, Address) = (folder, address);

    /// <summary><c>host:port</c>.</summary>
    public string Address { get; }

    public static async Task<PrivateCassandra> StartAsync(CancellationToken cancellationToken)
    {
        const string Variable = "BROKERIM_TEST_CASSANDRA=";
        var folder = Directory.CreateTempSubdirectory("brokerim-cassandra-").FullName;
        var said = await RunAsync(["up", "--only", "cassandra", folder], cancellationToken);
        var line = said.Split('\n').Single(line => line.Contains(Variable, StringComparison.Ordinal));
        return new(folder, line[(line.IndexOf(Variable, StringComparison.Ordinal) + Variable.Length)..].Trim());
    }

    /// <summary><c>kill -9</c>, and a start on the same data.</summary>
    public Task CrashAsync(CancellationToken cancellationToken) => RunAsync(["restart", "cassandra", "--kill", _folder], cancellationToken);

    /// <summary>Copies what it has, as it is now; it is stopped meanwhile.</summary>
    public async Task BackUpAsync(CancellationToken cancellationToken)
    {
        await RunAsync(["down", _folder], cancellationToken);
        Copy(Path.Combine(_folder, "cassandra"), Backup);
        await UpAsync(cancellationToken);
    }

    /// <summary>Throws away what it has and puts the copy in its place.</summary>
    public async Task RestoreAsync(CancellationToken cancellationToken)
    {
        await RunAsync(["down", _folder], cancellationToken);
        Directory.Delete(Path.Combine(_folder, "cassandra"), recursive: true);
        Copy(Backup, Path.Combine(_folder, "cassandra"));
        await UpAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await RunAsync(["down", _folder], CancellationToken.None);
        Directory.Delete(_folder, recursive: true);
    }

    private string Backup => Path.Combine(_folder, "backup");

    private Task UpAsync(CancellationToken cancellationToken) =>
        RunAsync(["up", "--only", "cassandra", _folder], cancellationToken, Address[(Address.IndexOf(':', StringComparison.Ordinal) + 1)..]);

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    private static async Task<string> RunAsync(IReadOnlyList<string> command, CancellationToken cancellationToken, string? port = null)
    {
        var start = new ProcessStartInfo(Path.Combine(Repository.Root, "infra/local", command[0]))
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        foreach (var argument in command.Skip(1))
            start.ArgumentList.Add(argument);
        start.Environment["BROKERIM_LOCAL_PORT_OFFSET"] = "auto";
        if (port is not null)
            start.Environment[PortVariable] = port;

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        Assert.True(process.ExitCode == 0, await errors);
        return await output;
    }
}
