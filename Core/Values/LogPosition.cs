namespace BrokerIm.Core.Values;

/// <summary>
/// Where a PDU stands in the log: entry <paramref name="Index"/> of the record at <paramref name="Offset"/>. One record carries
/// up to 4,096 PDUs of one partition.
/// </summary>
/// <param name="Epoch">Layout of the log, from 1; part of the topic's name.</param>
/// <param name="Partition">Partition of that epoch.</param>
/// <param name="Offset">Offset of the record in its partition.</param>
/// <param name="Index">Entry inside the record, 0 to 4,095.</param>
public readonly record struct LogPosition(int Epoch, int Partition, long Offset, int Index)
{
    private const int IndexBits = 12;
    private const int EpochShift = 52;

    /// <summary>
    /// The write timestamp of everything this PDU brings about: rises with the position inside a partition, so a replay, a
    /// zombie or a late retry rewrites the same cell with the same value or loses. Lies beyond any wall clock in microseconds.
    /// </summary>
    public long WriteTimestamp => ((long)Epoch << EpochShift) + (Offset << IndexBits) + Index + 1;

    /// <summary>Write timestamp of a register that only grows (a read mark, progress): the larger value wins.</summary>
    public static long RegisterTimestamp(long value) => (1L << EpochShift) + value;

    /// <summary>Rows below this write timestamp were written by records before <paramref name="offset"/>.</summary>
    public static long Bound(int epoch, long offset) => ((long)epoch << EpochShift) + (offset << IndexBits) + 1;
}
