using System.Buffers.Binary;
using System.Numerics;

namespace BrokerIm.Cql.Routing;

/// <summary>Where Cassandra's Murmur3Partitioner puts a partition key: the first half of MurmurHash3 x64 128 with seed 0.</summary>
/// <remarks>
/// Cassandra reads the last 1 to 15 bytes as signed numbers, unlike the published algorithm. Its data lies where this puts it, so it
/// is kept. The smallest token means "no token" there and is never given to a key.
/// </remarks>
internal static class Murmur3Token
{
    private const ulong C1 = 0x87c37b91114253d5;
    private const ulong C2 = 0x4cf5ad432745937f;
    private const int BlockBytes = 16;

    public static long Of(ReadOnlySpan<byte> key)
    {
        ulong h1 = 0, h2 = 0;
        var rest = key;
        for (; rest.Length >= BlockBytes; rest = rest[BlockBytes..])
        {
            h1 ^= Scramble1(BinaryPrimitives.ReadUInt64LittleEndian(rest));
            h1 = ((BitOperations.RotateLeft(h1, 27) + h2) * 5) + 0x52dce729;
            h2 ^= Scramble2(BinaryPrimitives.ReadUInt64LittleEndian(rest[sizeof(ulong)..]));
            h2 = ((BitOperations.RotateLeft(h2, 31) + h1) * 5) + 0x38495ab5;
        }

        h2 ^= Scramble2(Signed(rest.Length > sizeof(ulong) ? rest[sizeof(ulong)..] : default));
        h1 ^= Scramble1(Signed(rest.Length > sizeof(ulong) ? rest[..sizeof(ulong)] : rest));

        h1 ^= (ulong)key.Length;
        h2 ^= (ulong)key.Length;
        h1 += h2;
        h2 += h1;
        var token = (long)(Finish(h1) + Finish(h2));
        return token == long.MinValue ? long.MaxValue : token;
    }

    /// <summary>Up to eight bytes, little-endian, each sign-extended.</summary>
    private static ulong Signed(ReadOnlySpan<byte> bytes)
    {
        ulong value = 0;
        for (var i = 0; i < bytes.Length; i++)
            value ^= (ulong)(sbyte)bytes[i] << (8 * i);
        return value;
    }

    private static ulong Scramble1(ulong k) => BitOperations.RotateLeft(k * C1, 31) * C2;

    private static ulong Scramble2(ulong k) => BitOperations.RotateLeft(k * C2, 33) * C1;

    private static ulong Finish(ulong k)
    {
        k ^= k >> 33;
        k *= 0xff51afd7ed558ccd;
        k ^= k >> 33;
        k *= 0xc4ceb9fe1a85ec53;
        return k ^ (k >> 33);
    }
}
