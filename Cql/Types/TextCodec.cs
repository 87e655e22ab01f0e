using System.Text;
using BrokerIm.Cql.Wire;

namespace BrokerIm.Cql.Types;

/// <summary>ascii and text. What is not valid is refused on both ways, never replaced.</summary>
internal sealed class TextCodec() : ScalarCodec<string>(CqlTypeCode.Varchar, CqlTypeCode.Ascii)
{
    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    internal override void Write(WireBuffer buffer, string value, CqlType? type)
    {
        if (type?.Code == CqlTypeCode.Ascii && !Ascii.IsValid(value))
            throw new CqlTypeException("The text is not ASCII.");

        try
        {
            s_utf8.GetBytes(value, buffer.Take(s_utf8.GetByteCount(value)));
        }
        catch (EncoderFallbackException)
        {
            throw new CqlTypeException("The text holds half a surrogate pair and cannot be UTF-8.");
        }
    }

    internal override string Read(ReadOnlySpan<byte> bytes, CqlType type)
    {
        if (type.Code == CqlTypeCode.Ascii && !Ascii.IsValid(bytes))
            throw new CqlProtocolException("The value is not ASCII.");

        try
        {
            return s_utf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw new CqlProtocolException("The value is not UTF-8.");
        }
    }
}
