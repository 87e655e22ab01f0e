using BrokerIm.Core.Values;
using Google.Protobuf;

namespace BrokerIm.MicroBenchmarks.Stages;

/// <summary>What all stages carry: the pair's chat message that the load tests send, 64 bytes and an id of its client's.</summary>
internal static class Chat
{
    /// <summary>Opaque content of each message.</summary>
    public static ByteString Data { get; } = ByteString.CopyFrom(
        [.. Enumerable.Range(0, 64).Select(static number => (byte)('A' + (number % 26)))]);

    /// <summary>First user of a pair.</summary>
    public static UserId LowOf(int pair) => new(1_000_001 + (2 * (uint)pair));

    /// <summary>Second user of a pair.</summary>
    public static UserId HighOf(int pair) => new(1_000_002 + (2 * (uint)pair));

    /// <summary>Their conversation.</summary>
    public static ConversationId PairOf(int pair) => ConversationId.Pair(LowOf(pair), HighOf(pair));

    /// <summary>A client message id; numbers make it unique and rise.</summary>
    public static ByteString Id(ulong number) =>
        new ClientMessageId((ulong)StillClock.NowMs << 16, number).ToByteString();

    /// <summary>A stage that waits would go on elsewhere, and what it does there would not be counted.</summary>
    public static void MustBeDone(Task task)
    {
        if (!task.IsCompletedSuccessfully)
            throw new InvalidOperationException("The stage has waited, or failed.", task.Exception);
    }
}
