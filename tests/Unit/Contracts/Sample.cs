namespace BrokerIm.Tests.Unit.Contracts;

/// <summary>Which values a message is filled with, so that two encoders can be given the same message.</summary>
internal enum Sample
{
    /// <summary>Required fields only, every one of them zero or empty: what a careless encoder leaves out.</summary>
    Smallest,

    /// <summary>Every field, none zero; repeated scalars twice, so that packing shows.</summary>
    Full,
}

/// <summary>The values themselves; nothing here knows how they are encoded.</summary>
internal static class SampleValues
{
    public static uint U32(this Sample sample, int field, int element) => sample switch
    {
        Sample.Smallest => 0,
        _ when element > 0 => uint.MaxValue,
        _ => 300u + (uint)field,
    };

    public static ulong U64(this Sample sample, int field) => sample == Sample.Smallest ? 0 : (1UL << 40) + (ulong)field;

    public static string Text(this Sample sample, int field) => sample == Sample.Smallest ? "" : $"名字-{field}";

    public static byte[] Bytes(this Sample sample, int field) => sample == Sample.Smallest ? [] : [0x00, 0xFF, (byte)field];

    /// <summary>Zero where that is legal, otherwise the lowest value; the highest in a full message.</summary>
    public static int EnumValue(this Sample sample, IReadOnlyCollection<int> legal) => sample switch
    {
        Sample.Full => legal.Max(),
        _ => legal.Contains(0) ? 0 : legal.Min(),
    };

    public static int Count(this Sample sample, bool required, bool repeated, bool structure) => sample switch
    {
        _ when required => 1,
        Sample.Smallest => 0,
        _ => repeated && !structure ? 2 : 1,
    };
}
