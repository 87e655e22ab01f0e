using BrokerIm.Contracts.Records;
using BrokerIm.Core.Ports;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace BrokerIm.Gateway.Inbound;

/// <summary>Brings one record into the log, however often that has to be tried.</summary>
internal sealed class RecordPublisher(
    ILogWriter<InboundRecord> writer,
    IOptions<GatewayOptions> options,
    TimeProvider time,
    InboundMetrics metrics,
    ILogger<RecordPublisher> log)
{
    private static readonly TimeSpan s_firstDelay = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_longestDelay = TimeSpan.FromSeconds(2);

    /// <summary>Partitions of the log.</summary>
    public int Partitions => writer.PartitionCount;

    /// <summary>Offers the same record again and again until the log confirms it or <see cref="GatewayOptions.PublishDeadline"/> is over.</summary>
    /// <returns>False when the outcome is unknown: the record may be in the log or may yet get there.</returns>
    public async ValueTask<bool> TryPublishAsync(int partition, InboundRecord record, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        using var deadline = new CancellationTokenSource(options.Value.PublishDeadline, time);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);

        try
        {
            await RepeatAsync(partition, record, ended.Token);
            metrics.Produced(time.GetElapsedTime(began));
            return true;
        }
        catch (OperationCanceledException)
        {
            log.OutcomeUnknown(partition, record.Entries.Count, time.GetElapsedTime(began));
            return false;
        }
    }

    private async ValueTask RepeatAsync(int partition, InboundRecord record, CancellationToken cancellationToken)
    {
        var delay = s_firstDelay;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await writer.AppendAsync(partition, record, cancellationToken);
                return;
            }
            catch (DependencyUnavailableException exception)
            {
                log.PublishFailed(partition, record.Entries.Count, attempt, exception);
            }

            await Task.Delay(delay, time, cancellationToken);
            delay = delay * 2 < s_longestDelay ? delay * 2 : s_longestDelay;
        }
    }
}
