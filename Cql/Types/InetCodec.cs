using System.Net;
using System.Net.Sockets;
using BrokerIm.Cql.Wire;

namespace BrokerIm.Cql.Types;

/// <summary>inet: the 4 or 16 bytes of an address. The scope of a link-local address is not part of it.</summary>
internal sealed class InetCodec() : ScalarCodec<IPAddress>(CqlTypeCode.Inet)
{
    private const int V4Bytes = 4;
    private const int V6Bytes = 16;

    internal override void Write(WireBuffer buffer, IPAddress value, CqlType? type) =>
        value.TryWriteBytes(buffer.Take(value.AddressFamily == AddressFamily.InterNetwork ? V4Bytes : V6Bytes), out _);

    internal override IPAddress Read(ReadOnlySpan<byte> bytes, CqlType type) => bytes.Length is V4Bytes or V6Bytes
        ? new(bytes)
        : throw new CqlProtocolException($"An address has {V4Bytes} or {V6Bytes} bytes, not {bytes.Length}.");
}
