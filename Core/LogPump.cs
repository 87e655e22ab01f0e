using BrokerIm.Core.Ports;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BrokerIm.Core;

/// <summary>The one consuming loop, of every worker, in both modes.</summary>
public sealed class LogPump<TRecord>(
    ILogReader<TRecord> reader, IBatchHandler<TRecord> handler, RetryForever retry, ILogger<LogPump<TRecord>> log)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Off the start-up path: a broker that is away must not keep the host from starting and saying so.
        await Task.Yield();
        log.PumpStarted(typeof(TRecord).Name);

        await foreach (var batch in reader.ReadAsync(handler.Start, stoppingToken))
        {
            await handler.HandleAsync(batch, stoppingToken);

            // After the work, never before: a crash then repeats a batch instead of losing it.
            await retry.RunAsync(
                "commit", token => reader.CommitAsync(batch, token), stoppingToken);
        }
    }
}
