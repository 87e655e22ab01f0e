using System.Buffers.Binary;
using System.Text;

namespace BrokerIm.Cql.Wire;

/// <summary>Bytes being written, with the notations of the native protocol v4, section 3. Grows as needed; big-endian.</summary>
/// <param name="capacity">Bytes it takes without growing.</param>
internal sealed class WireBuffer(int capacity = 0)
{
    private byte[] _bytes = capacity == 0 ? [] : new byte[capacity];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    public void Clear() => Length = 0;

    /// <summary>Forgets what was written from here on.</summary>
    public void Truncate(int length) => Length = length;

    /// <summary>Room for so many bytes, which count as written; the caller fills all of them.</summary>
    public Span<byte> Take(int count)
    {
        var needed = checked(Length + count);
        if (needed > _bytes.Length)
            Array.Resize(ref _bytes, Math.Max(needed, Math.Max(64, _bytes.Length * 2)));
        var taken = _bytes.AsSpan(Length, count);
        Length = needed;
        return taken;
    }

    public void Byte(byte value) => Take(1)[0] = value;

    public void Short(ushort value) => BinaryPrimitives.WriteUInt16BigEndian(Take(sizeof(ushort)), value);

    public void Int(int value) => BinaryPrimitives.WriteInt32BigEndian(Take(sizeof(int)), value);

    public void Long(long value) => BinaryPrimitives.WriteInt64BigEndian(Take(sizeof(long)), value);

    public void Raw(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Take(bytes.Length));

    /// <summary>[string]: a [short] length and UTF-8.</summary>
    /// <exception cref="ArgumentException">It takes more than 65,535 bytes.</exception>
    public void String(string text)
    {
        var length = Encoding.UTF8.GetByteCount(text);
        if (length > ushort.MaxValue)
            throw new ArgumentException($"A string of {length} bytes does not fit into a [string].", nameof(text));
        Short((ushort)length);
        Encoding.UTF8.GetBytes(text, Take(length));
    }

    /// <summary>[long string]: an [int] length and UTF-8.</summary>
    public void LongString(string text)
    {
        var length = Encoding.UTF8.GetByteCount(text);
        Int(length);
        Encoding.UTF8.GetBytes(text, Take(length));
    }

    /// <summary>[short bytes].</summary>
    public void ShortBytes(ReadOnlySpan<byte> bytes)
    {
        Short(checked((ushort)bytes.Length));
        Raw(bytes);
    }

    /// <summary>[bytes].</summary>
    public void Bytes(ReadOnlySpan<byte> bytes)
    {
        Int(bytes.Length);
        Raw(bytes);
    }

    /// <summary>[string list].</summary>
    public void StringList(IReadOnlyCollection<string> texts)
    {
        Short(checked((ushort)texts.Count));
        foreach (var text in texts)
            String(text);
    }

    /// <summary>[string map].</summary>
    public void StringMap(IReadOnlyCollection<KeyValuePair<string, string>> pairs)
    {
        Short(checked((ushort)pairs.Count));
        foreach (var (key, value) in pairs)
        {
            String(key);
            String(value);
        }
    }

    /// <summary>Writes a number where room was taken before, for lengths that are known afterwards.</summary>
    public void PatchInt(int position, int value) =>
        BinaryPrimitives.WriteInt32BigEndian(_bytes.AsSpan(position, sizeof(int)), value);

    /// <summary>Changes a byte that was written.</summary>
    public void PatchByte(int position, byte value) => _bytes.AsSpan(0, Length)[position] = value;
}
