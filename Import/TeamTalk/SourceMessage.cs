using System.Buffers.Binary;
using System.Security.Cryptography;
using BrokerIm.Core.Values;
using Google.Protobuf;

namespace BrokerIm.Import.TeamTalk;

/// <summary>A message that will be imported.</summary>
/// <param name="Row">Where it comes from.</param>
/// <param name="AudioFile">Where its recording is; null for text.</param>
internal sealed record SourceMessage(ContentRow Row, string? AudioFile)
{
    /// <summary>When it was sent, Unix milliseconds.</summary>
    public long TimeMs => Row.Created * 1000;

    /// <summary>What the client had sent. A recording is read each time, so that a conversation of recordings fits into memory.</summary>
    public ByteString ReadData() =>
        AudioFile is null ? UnsafeByteOperations.UnsafeWrap(Row.Content) : AudioFolder.Read(AudioFile, Row.AudioSeconds);

    /// <summary>An id made of where the row stood, so that it is the same however often it is imported.</summary>
    public ClientMessageId ClientId(ConversationId conversation)
    {
        Span<byte> origin = stackalloc byte[20];
        BinaryPrimitives.WriteUInt64BigEndian(origin, conversation.Value);
        BinaryPrimitives.WriteUInt32BigEndian(origin[8..], Row.Owner);
        BinaryPrimitives.WriteInt64BigEndian(origin[12..], Row.Id);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(origin, digest);
        return ClientMessageId.Create(TimeMs, digest);
    }
}
