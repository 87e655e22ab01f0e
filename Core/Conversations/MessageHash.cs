using System.Buffers.Binary;
using System.Security.Cryptography;
using BrokerIm.Core.Values;

namespace BrokerIm.Core.Conversations;

/// <summary>Tells a retry from another message under the same client id, and a stored row from a diverged log.</summary>
public static class MessageHash
{
    /// <summary>First eight bytes of SHA-256 over the data, combined with the type.</summary>
    public static ulong Of(uint messageType, ReadOnlySpan<byte> data)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(data, digest);
        return BinaryPrimitives.ReadUInt64BigEndian(digest) ^ Partitioning.SplitMix64(messageType);
    }
}
