using System.Security.Cryptography;
using BrokerIm.Contracts.Records;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using Google.Protobuf;

namespace BrokerIm.Tests.Conformance;

/// <summary>Ids and values that no other test has, on a store that all tests and earlier runs share.</summary>
internal static class Fresh
{
    public static UserId User() => new((uint)Number());

    public static ConversationId Pair() => ConversationId.Pair(User(), User());

    public static ConversationId Group() => ConversationId.Group((uint)Number());

    public static string Name() => $"user-{Guid.NewGuid():n}"[..32];

    public static int Number() => RandomNumberGenerator.GetInt32(1, int.MaxValue);

    /// <summary>A layout of the log that only this test writes in.</summary>
    public static int Epoch() => RandomNumberGenerator.GetInt32(1, 2_000);

    public static MessageMeta Meta(long timeMs = 0) => new()
    {
        ClientMessageId = ByteString.CopyFrom(RandomNumberGenerator.GetBytes(ClientMessageId.Size)),
        Sender = User().Value,
        MessageType = 1,
        TimeMs = (ulong)timeMs,
        LowCount = 1,
        Hash = (ulong)Number(),
    };

    public static byte[] Body() => RandomNumberGenerator.GetBytes(RandomNumberGenerator.GetInt32(1, 300));

    /// <summary>Messages with rising ids, each in a log record of its own from an offset on, a second apart.</summary>
    public static List<MessageRow> Messages(ConversationId conversation, uint firstId, int count, long firstOffset = 0) =>
    [
        .. Enumerable.Range(0, count).Select(i => new MessageRow(
            conversation,
            firstId + (uint)i,
            new(1, 0, firstOffset + i, 0),
            Meta(timeMs: (firstId + i) * 1_000L).ToByteArray(),
            Body())),
    ];
}
