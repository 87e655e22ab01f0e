using System.Buffers;
using System.Buffers.Binary;

namespace BrokerIm.Cql.Routing;

/// <summary>The partition that a request goes to, from the values of its first statement.</summary>
internal static class RoutingKey
{
    private const int MaxStackBytes = 256;

    /// <summary>Around each value of a key of several: a [short] length before it, a 0 behind it.</summary>
    private const int FrameBytes = sizeof(ushort) + 1;

    /// <summary>False where the values do not say: no prepared statement, no full key among its values, or none the server would take.</summary>
    public static bool TryGetToken(CqlRequest request, out long token)
    {
        token = 0;
        if (request.RoutingValues is not { Prepared.PartitionKey: { Count: > 0 } key } values)
            return false;

        var bytes = 0;
        for (var i = 0; i < key.Count; i++)
        {
            if (!values.HasValue(key[i]) || values.BytesOf(key[i]).Length > ushort.MaxValue)
                return false;
            bytes += values.BytesOf(key[i]).Length;
        }

        if (key.Count > 1)
        {
            token = OfMany(values, key, bytes + (key.Count * FrameBytes));
            return true;
        }

        // The server refuses an empty key unless it is one of several.
        if (bytes == 0)
            return false;
        token = Murmur3Token.Of(values.BytesOf(key[0]));
        return true;
    }

    private static long OfMany(CqlValues values, IReadOnlyList<int> key, int length)
    {
        byte[]? rented = null;
        var whole = length <= MaxStackBytes ? stackalloc byte[MaxStackBytes] : rented = ArrayPool<byte>.Shared.Rent(length);

        var rest = whole;
        for (var i = 0; i < key.Count; i++)
        {
            var value = values.BytesOf(key[i]);
            BinaryPrimitives.WriteUInt16BigEndian(rest, (ushort)value.Length);
            value.CopyTo(rest[sizeof(ushort)..]);
            rest[sizeof(ushort) + value.Length] = 0;
            rest = rest[(value.Length + FrameBytes)..];
        }

        var token = Murmur3Token.Of(whole[..length]);
        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented);
        return token;
    }
}
