namespace BrokerIm.Core.Values;

/// <summary>Which partition a conversation belongs to. Fixed for the life of an epoch, so it is our own code.</summary>
public static class Partitioning
{
    /// <summary>splitmix64 of the conversation id, modulo the partition count.</summary>
    public static int PartitionOf(ConversationId conversation, int partitionCount) =>
        (int)(SplitMix64(conversation.Value) % (uint)partitionCount);

    /// <summary>One step of Steele, Lea and Flood's SplitMix64 with the value as its state.</summary>
    public static ulong SplitMix64(ulong value)
    {
        unchecked
        {
            value += 0x9E3779B97F4A7C15UL;
            value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9UL;
            value = (value ^ (value >> 27)) * 0x94D049BB133111EBUL;
            return value ^ (value >> 31);
        }
    }
}
