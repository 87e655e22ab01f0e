namespace BrokerIm.Adapters.Production.Cassandra;

/// <summary>
/// How a conversation's messages are spread over partitions. Ids are dense and a bucket is written before the next, so a bucket that
/// holds anything says that all lower ones are full. The size is part of the stored data.
/// </summary>
internal static class Buckets
{
    /// <summary>Ids of one bucket.</summary>
    public const uint Size = 4_096;

    /// <summary>The bucket of a message.</summary>
    public static int Of(uint messageId) => (int)((messageId - 1) / Size);

    /// <summary>Lowest id of a bucket.</summary>
    public static uint FirstId(int bucket) => ((uint)bucket * Size) + 1;

    /// <summary>Highest id of a bucket.</summary>
    public static uint LastId(int bucket) => ((uint)bucket + 1) * Size;
}
