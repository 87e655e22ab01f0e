using BrokerIm.Core.Ports;

namespace BrokerIm.Core;

/// <summary>A worker: takes batch after batch of a log and is done with each before the next.</summary>
public interface IBatchHandler<TRecord>
{
    /// <summary>From where partitions must be read again, or null for what the log says was committed.</summary>
    ILogStart? Start => null;

    /// <summary>Does the work of one batch. Returning means everything in it is done for good.</summary>
    Task HandleAsync(LogBatch<TRecord> batch, CancellationToken cancellationToken);
}
