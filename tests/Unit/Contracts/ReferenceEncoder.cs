using System.Text;

namespace BrokerIm.Tests.Unit.Contracts;

/// <summary>A second encoder, written from protocol chapter 01 section 7 and the tables alone.</summary>
internal static class ReferenceEncoder
{
    private const int Varint = 0;
    private const int LengthDelimited = 2;

    public static byte[] Encode(string message, Sample sample)
    {
        var output = new List<byte>();
        foreach (var field in Chapters.Messages[message].Fields.OrderBy(field => field.Number))
        {
            var structure = Chapters.Messages.ContainsKey(field.Type);
            var count = sample.Count(field.Label == "R", field.Label == "rep", structure);
            for (var element = 0; element < count; element++)
                WriteField(output, field, element, sample);
        }
        return [.. output];
    }

    private static void WriteField(List<byte> output, ChapterField field, int element, Sample sample)
    {
        switch (field.Type)
        {
            case "u32":
                WriteNumber(output, field.Number, sample.U32(field.Number, element));
                break;
            case "u64":
                WriteNumber(output, field.Number, sample.U64(field.Number));
                break;
            case "str":
                WriteBlock(output, field.Number, Encoding.UTF8.GetBytes(sample.Text(field.Number)));
                break;
            case "bytes":
                WriteBlock(output, field.Number, sample.Bytes(field.Number));
                break;
            case var name when Chapters.Enums.TryGetValue(name, out var legal):
                WriteNumber(output, field.Number, (ulong)sample.EnumValue(legal));
                break;
            default:
                WriteBlock(output, field.Number, Encode(field.Type, sample));
                break;
        }
    }

    private static void WriteNumber(List<byte> output, int field, ulong value)
    {
        WriteVarint(output, (ulong)(field << 3 | Varint));
        WriteVarint(output, value);
    }

    private static void WriteBlock(List<byte> output, int field, byte[] value)
    {
        WriteVarint(output, (ulong)(field << 3 | LengthDelimited));
        WriteVarint(output, (ulong)value.Length);
        output.AddRange(value);
    }

    private static void WriteVarint(List<byte> output, ulong value)
    {
        for (; value > 0x7F; value >>= 7)
            output.Add((byte)(value & 0x7F | 0x80));
        output.Add((byte)value);
    }
}
