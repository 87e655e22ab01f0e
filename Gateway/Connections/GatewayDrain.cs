using BrokerIm.Gateway.Sessions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace BrokerIm.Gateway.Connections;

/// <summary>
/// Empties a stopping gateway before anything it needs is stopped: shuts the door, and slice by slice lets clients get their
/// answers and closes them, so that they do not all come to the next gateway at once.
/// </summary>
internal sealed class GatewayDrain(
    ConnectionGate gate,
    ConnectionTable table,
    IEnumerable<IDrainable> work,
    IOptions<GatewayOptions> options,
    TimeProvider time,
    ILogger<GatewayDrain> log) : IHostedLifecycleService
{
    private const int Slices = 20;
    private static readonly TimeSpan SettleMax = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LeaveMax = TimeSpan.FromSeconds(5);

    /// <summary>Longest time a stop may take.</summary>
    public static TimeSpan Max(GatewayOptions options) => options.DrainWindow + SettleMax + LeaveMax;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        gate.Shut();
        Session[] sessions = [.. table.All];
        log.DrainStarted(sessions.Length);

        var window = options.Value.DrainWindow;
        using var patience = new CancellationTokenSource(Max(options.Value), time);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            await CloseAsync(sessions, window, over.Token);

            // Connections that were on the threshold when the door was shut.
            foreach (var session in table.All)
                session.Close(CloseReason.Draining);
            await gate.Empty.WaitAsync(over.Token);
            log.DrainEnded();
        }
        catch (OperationCanceledException)
        {
            log.DrainCutShort(table.Count);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task CloseAsync(Session[] sessions, TimeSpan window, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(window + SettleMax, time);
        using var settling = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        foreach (var slice in sessions.Chunk(Math.Max(1, (sessions.Length + Slices - 1) / Slices)))
        {
            foreach (var session in slice)
                session.Pause();
            await SettleAsync(settling.Token);
            foreach (var session in slice)
                session.Close(CloseReason.Draining);
            await Task.Delay(window / Slices, time, cancellationToken);
        }
    }

    private async Task SettleAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Task.WhenAll(work.Select(part => part.SettleAsync(cancellationToken)));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The time for answers is over; clients that got none ask again.
        }
    }
}
