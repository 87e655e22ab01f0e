using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace BrokerIm.LoadTests.Rivals;

/// <summary>A rival's process: started with a log, waited for, stopped by its id.</summary>
internal sealed class RivalProcess : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;

    private RivalProcess(Process process) => _process = process;

    /// <summary>Its id.</summary>
    public int Id => _process.Id;

    /// <summary>Starts it and waits until it listens.</summary>
    /// <exception cref="InvalidOperationException">It ended, or did not listen in time.</exception>
    public static async Task<RivalProcess> StartAsync(
        string log, EndPoint listens, IReadOnlyDictionary<string, string> environment, IEnumerable<string> command, CancellationToken cancellationToken)
    {
        // The shell opens the log and becomes the program.
        var start = new ProcessStartInfo("/bin/sh", ["-c", "log=$1; shift; exec \"$@\" >\"$log\" 2>&1 </dev/null", "sh", log, .. command])
        {
            WorkingDirectory = Path.GetDirectoryName(log)!,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;

        var rival = new RivalProcess(Process.Start(start)!);
        try
        {
            await rival.WaitUntilListeningAsync(listens, log, cancellationToken);
            return rival;
        }
        catch
        {
            await rival.DisposeAsync();
            throw;
        }
    }

    /// <summary>A port that is free at this moment.</summary>
    public static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    public async ValueTask DisposeAsync()
    {
        // Its data goes with it, so there is nothing that an orderly end would save.
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
    }

    private async Task WaitUntilListeningAsync(EndPoint listens, string log, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await ListensAsync(listens, cancellationToken))
        {
            if (_process.HasExited || Stopwatch.GetElapsedTime(started) > s_patience)
                throw new InvalidOperationException($"The rival did not start: {await File.ReadAllTextAsync(log, cancellationToken)}");
            await Task.Delay(TimeSpan.FromMilliseconds(100), cancellationToken);
        }
    }

    private static async Task<bool> ListensAsync(EndPoint server, CancellationToken cancellationToken)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(server, cancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
