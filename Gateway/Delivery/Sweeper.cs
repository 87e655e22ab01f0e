using System.Collections.Concurrent;
using BrokerIm.Contracts.Records;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using BrokerIm.Gateway.Presence;
using BrokerIm.Gateway.Sessions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace BrokerIm.Gateway.Delivery;

/// <summary>
/// Checks all connections after a break in the chain of deliveries, or after a time in which nobody knew that they are here: a lost
/// message that is the last of its conversation shows itself by nothing else.
/// </summary>
internal sealed class Sweeper(
    ConnectionTable connections,
    SessionCheck check,
    ILogWriter<InboundRecord> layout,
    IOptions<GatewayOptions> options,
    TimeProvider time,
    DeliveryMetrics metrics,
    ILogger<Sweeper> log) : BackgroundService, IPresenceLossObserver
{
    private readonly SweepPlan _plan = new();

    /// <summary>Whether every break so far has been swept after. Until then the first message of a conversation may be its second.</summary>
    public bool IsDone => _plan.IsDone;

    /// <summary>Deliveries of a partition may be missing since a moment.</summary>
    /// <param name="partition">Partition of the log.</param>
    /// <param name="wholeUntilMs">Until when nothing is missing, in Unix milliseconds.</param>
    public void Demand(int partition, long wholeUntilMs) =>
        _plan.Demand([partition], LoginMoment.SafelyBefore(wholeUntilMs));

    /// <inheritdoc/>
    public void PresenceWasLost(long knownUntilMs) =>
        _plan.Demand(Enumerable.Range(0, layout.PartitionCount), LoginMoment.SafelyBefore(knownUntilMs));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await _plan.WaitAsync(stoppingToken);
            await Task.Delay(options.Value.SweepJitter * Random.Shared.NextDouble(), time, stoppingToken);

            var (partitions, sinceMs, demands) = _plan.Take();
            try
            {
                await SweepAsync(partitions, sinceMs, stoppingToken);
                _plan.Done(demands);
            }
            catch (DependencyUnavailableException exception)
            {
                log.SweepFailed(exception);
                _plan.Demand(partitions, sinceMs);
                await Task.Delay(TimeSpan.FromSeconds(1), time, stoppingToken);
            }
        }
    }

    private async Task SweepAsync(IReadOnlySet<int> partitions, long sinceMs, CancellationToken cancellationToken)
    {
        metrics.SweepStarted();
        var began = time.GetTimestamp();
        var repairs = 0;
        var users = connections.All.Where(session => session.IsLoggedIn).GroupBy(session => session.User).ToList();

        var waiting = new ConcurrentQueue<IGrouping<UserId, Session>>(users);
        await Task.WhenAll(Enumerable.Range(0, Math.Min(users.Count, options.Value.RepairConcurrency)).Select(_ => CheckAsync()));
        log.Swept(users.Count, time.GetElapsedTime(began), repairs);

        async Task CheckAsync()
        {
            while (waiting.TryDequeue(out var sessions))
            {
                var started = await check.RunAsync(
                    sessions.Key,
                    [.. sessions],
                    Math.Max(sinceMs, sessions.Min(LoginMoment.MissedSinceMs)),
                    conversation => partitions.Contains(Partitioning.PartitionOf(conversation, layout.PartitionCount)),
                    cancellationToken);
                Interlocked.Add(ref repairs, started);
            }
        }
    }
}
