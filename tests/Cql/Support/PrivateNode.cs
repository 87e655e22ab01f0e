using System.Diagnostics;

namespace BrokerIm.Cql.Tests.Support;

/// <summary>A real node of a test's own, to be killed: <c>infra/local</c> starts it beside all others.</summary>
internal sealed class PrivateNode : IAsyncDisposable
{
    private const string Variable = "BROKERIM_TEST_CASSANDRA=";

    private readonly string _folder = Directory.CreateTempSubdirectory("brokerim-cassandra-").FullName;

    private PrivateNode()
    {
    }

    /// <summary><c>host:port</c>.</summary>
    public string ContactPoint { get; private set; } = "";

    /// <summary>Returns when it answers.</summary>
    public static async Task<PrivateNode> StartAsync()
    {
        var node = new PrivateNode();
        try
        {
            await RunAsync("up", "--only", "cassandra", node._folder);
            var environment = await File.ReadAllLinesAsync(Path.Combine(node._folder, "env"));
            var line = environment.Single(line => line.Contains(Variable, StringComparison.Ordinal));
            node.ContactPoint = line[(line.IndexOf(Variable, StringComparison.Ordinal) + Variable.Length)..];
            return node;
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }

    /// <summary><c>kill -9</c>, and starts it again; returns when it answers.</summary>
    public Task KillAndRestartAsync() => RunAsync("restart", "cassandra", "--kill", _folder);

    public async ValueTask DisposeAsync()
    {
        await RunAsync("down", _folder);
        Directory.Delete(_folder, recursive: true);
    }

    private static async Task RunAsync(string script, params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(Root(), "infra/local", script), arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["BROKERIM_LOCAL_PORT_OFFSET"] = "auto";
        using var process = Process.Start(start)!;
        var said = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, string.Concat(said));
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "BrokerIm.sln")))
            folder = folder.Parent ?? throw new InvalidOperationException($"No BrokerIm.sln above {AppContext.BaseDirectory}.");
        return folder.FullName;
    }
}
