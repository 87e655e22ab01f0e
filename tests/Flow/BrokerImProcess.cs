using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace BrokerIm.Tests.Flow;

/// <summary>The real executable in a process of its own, so that it can be stopped, killed and started again.</summary>
internal sealed class BrokerImProcess : IAsyncDisposable
{
    private static readonly TimeSpan s_startDeadline = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_stopDeadline = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = [];

    private BrokerImProcess(IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Executable());
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("BROKERIM_", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(name);

        _process = new() { StartInfo = start, EnableRaisingEvents = true };
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>What it has printed so far, for a failing test's message.</summary>
    public string Output => string.Join(Environment.NewLine, _output);

    /// <summary>Whether it is gone.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>Starts a role; returns when it says that it is ready.</summary>
    public static async Task<BrokerImProcess> StartRoleAsync(
        IEnumerable<string> arguments, int adminPort, CancellationToken cancellationToken)
    {
        var process = new BrokerImProcess(arguments);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(s_startDeadline);
        using var http = new HttpClient { BaseAddress = new($"http://127.0.0.1:{adminPort}") };
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        try
        {
            while (await poll.WaitForNextTickAsync(deadline.Token))
            {
                if (process.HasExited)
                    throw new InvalidOperationException($"It ended before it was ready:\n{process.Output}");
                if (await IsReadyAsync(http, deadline.Token))
                    return process;
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            await process.DisposeAsync();
            throw new TimeoutException($"Not ready after {s_startDeadline}:\n{process.Output}");
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }

        throw new UnreachableException();
    }

    /// <summary>Runs a command to its end.</summary>
    /// <returns>Exit code and everything printed.</returns>
    public static async Task<(int ExitCode, string Output)> RunAsync(
        IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        await using var process = new BrokerImProcess(arguments);
        await process._process.WaitForExitAsync(cancellationToken);
        return (process._process.ExitCode, process.Output);
    }

    /// <summary><c>kill -9</c>: no chance to finish anything.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
    }

    /// <summary>SIGTERM, and the exit code it ends with.</summary>
    public async Task<int> StopAsync()
    {
        using (var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]))
            await kill.WaitForExitAsync(CancellationToken.None);

        using var deadline = new CancellationTokenSource(s_stopDeadline);
        await _process.WaitForExitAsync(deadline.Token);
        return _process.ExitCode;
    }

    /// <summary>A port that nobody listens on at the moment.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            await KillAsync();
        _process.Dispose();
    }

    private static async Task<bool> IsReadyAsync(HttpClient http, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await http.GetAsync("/ready", cancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private void Keep(string? line)
    {
        if (line is not null)
            _output.Enqueue(line);
    }

    /// <summary>Built beside the tests, in the same configuration.</summary>
    private static string Executable()
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Name;
        return Path.Combine(House.Repository.Root, "artifacts", "bin", "BrokerIm.Server", configuration, "brokerim.dll");
    }
}
