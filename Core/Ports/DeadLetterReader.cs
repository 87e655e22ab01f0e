using BrokerIm.Contracts.Records;

namespace BrokerIm.Core.Ports;

/// <summary>What nobody could handle, for an operator to look at, in the order it came.</summary>
public interface IDeadLetterReader
{
    /// <summary>Number of the first letter that was not dealt with; that of the next to come when there is none.</summary>
    ValueTask<long> FirstOpenAsync(CancellationToken cancellationToken);

    /// <summary>Letters from a number on, at most <paramref name="max"/>, in order; numbers may be missing.</summary>
    ValueTask<IReadOnlyList<NumberedLetter>> ReadAsync(long from, int max, CancellationToken cancellationToken);

    /// <summary>Notes that everything up to and including a number was dealt with. The letters stay until they are too old.</summary>
    ValueTask CloseThroughAsync(long number, CancellationToken cancellationToken);
}

/// <summary>A dead letter with its number.</summary>
/// <param name="Number">Rising, never used twice.</param>
/// <param name="Letter">Null when its own bytes do not parse.</param>
public sealed record NumberedLetter(long Number, DeadLetter? Letter);
