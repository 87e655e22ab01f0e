using BrokerIm.Cql.Wire;

namespace BrokerIm.Cql.Types;

/// <summary>blob.</summary>
internal sealed class BlobCodec() : ScalarCodec<byte[]>(CqlTypeCode.Blob)
{
    internal override void Write(WireBuffer buffer, byte[] value, CqlType? type) => buffer.Raw(value);

    internal override byte[] Read(ReadOnlySpan<byte> bytes, CqlType type) => bytes.ToArray();
}
