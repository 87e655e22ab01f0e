using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace BrokerIm.Faults.Processes;

/// <summary>A role of the server in a process of its own, which can be killed, stopped, paused and started again.</summary>
internal sealed class RoleProcess(string name, string folder, IReadOnlyList<string> arguments, int adminPort) : IAsyncDisposable
{
    private static readonly TimeSpan s_startPatience = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan s_stopPatience = TimeSpan.FromMinutes(1);

    private Process? _process;
    private Task _logging = Task.CompletedTask;
    private int _starts;

    /// <summary>The role, with a number behind a dash where there are several of it.</summary>
    public string Name => name;

    /// <summary>Its pid; 0 when it does not run.</summary>
    public int Pid => IsRunning ? _process!.Id : 0;

    /// <summary>Whether it runs, paused or not.</summary>
    public bool IsRunning => _process is { HasExited: false };

    /// <summary>A port that nobody listens on at the moment.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Starts it, and returns when it says that it is ready. One that runs is only waited for.</summary>
    /// <exception cref="CommandFailedException">It ended, or was not ready in time.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!IsRunning)
            await LaunchAsync();

        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(s_startPatience);
        using var http = new HttpClient { BaseAddress = new($"http://127.0.0.1:{adminPort}") };
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        try
        {
            while (!await IsReadyAsync(http, deadline.Token))
            {
                if (!IsRunning)
                    throw new CommandFailedException($"{name} ended before it was ready; see {LogFile}.");
                await poll.WaitForNextTickAsync(deadline.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CommandFailedException($"{name} is not ready after {s_startPatience}; see {LogFile}.");
        }
    }

    /// <summary><c>kill -9</c>.</summary>
    public async Task KillAsync()
    {
        if (!IsRunning)
            return;
        _process!.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
    }

    /// <summary>SIGTERM, until it is gone.</summary>
    /// <exception cref="CommandFailedException">It does not end, or with an error.</exception>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await SignalAsync("TERM", cancellationToken);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(s_stopPatience);
        try
        {
            await _process!.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CommandFailedException($"{name} does not stop; see {LogFile}.");
        }

        if (_process.ExitCode != 0)
            throw new CommandFailedException($"{name} ended with {_process.ExitCode}; see {LogFile}.");
    }

    /// <summary>SIGSTOP and the like.</summary>
    public Task SignalAsync(string signal, CancellationToken cancellationToken) =>
        Commands.RunAsync("kill", [$"-{signal}", $"{_process!.Id}"], cancellationToken);

    /// <summary>What its <c>/metrics</c> says.</summary>
    public async Task<string> MetricsAsync(CancellationToken cancellationToken)
    {
        using var http = new HttpClient();
        return await http.GetStringAsync($"http://127.0.0.1:{adminPort}/metrics", cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        await _logging;
        _process?.Dispose();
        _process = null;
    }

    private string LogFile => Path.Combine(folder, $"{name}-{_starts}.log");

    private async Task LaunchAsync()
    {
        await _logging;
        _process?.Dispose();
        _starts++;
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Repository.Server);
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        Commands.ForgetSettings(start);
        _process = Process.Start(start)!;
        _logging = LogAsync(_process, LogFile);
    }

    private static async Task LogAsync(Process process, string path)
    {
        await using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read);
        var (output, errors) = (process.StandardOutput.BaseStream, process.StandardError.BaseStream);
        await output.CopyToAsync(file);
        await errors.CopyToAsync(file);
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
}
