using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace BrokerIm.Cql.Wire;

/// <summary>Reads the notations of the native protocol v4, section 3, from a frame's body. Big-endian.</summary>
/// <remarks>Every method throws <see cref="CqlProtocolException"/> where the bytes end too soon or a length makes no sense.</remarks>
internal ref struct WireReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    /// <summary>Bytes read so far.</summary>
    public int Position { get; private set; }

    public readonly int Remaining => _bytes.Length - Position;

    public ReadOnlySpan<byte> Take(int count)
    {
        if (count < 0 || count > Remaining)
            throw new CqlProtocolException($"{count} bytes announced at position {Position} of a body of {_bytes.Length}.");
        var taken = _bytes.Slice(Position, count);
        Position += count;
        return taken;
    }

    public byte Byte() => Take(1)[0];

    public ushort Short() => BinaryPrimitives.ReadUInt16BigEndian(Take(sizeof(ushort)));

    public int Int() => BinaryPrimitives.ReadInt32BigEndian(Take(sizeof(int)));

    public long Long() => BinaryPrimitives.ReadInt64BigEndian(Take(sizeof(long)));

    /// <summary>A number of things that each take at least <paramref name="bytesEach"/>; more than can be there is refused.</summary>
    public int Count(int bytesEach)
    {
        var count = Int();
        if (count < 0 || (long)count * bytesEach > Remaining)
            throw new CqlProtocolException($"{count} items announced, {Remaining} bytes left.");
        return count;
    }

    /// <summary>[uuid].</summary>
    public Guid Uuid() => new(Take(16), bigEndian: true);

    /// <summary>[string].</summary>
    public string String() => Encoding.UTF8.GetString(Take(Short()));

    /// <summary>[long string].</summary>
    public string LongString() => Encoding.UTF8.GetString(Take(Int()));

    /// <summary>[short bytes].</summary>
    public ReadOnlySpan<byte> ShortBytes() => Take(Short());

    /// <summary>[bytes]; false for null.</summary>
    public bool TryBytes(out ReadOnlySpan<byte> value)
    {
        var length = Int();
        value = length < 0 ? default : Take(length);
        return length >= 0;
    }

    /// <summary>[string list].</summary>
    public IReadOnlyList<string> StringList()
    {
        var list = new string[Short()];
        for (var i = 0; i < list.Length; i++)
            list[i] = String();
        return list;
    }

    /// <summary>[string multimap].</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> StringMultimap()
    {
        var count = Short();
        var map = new Dictionary<string, IReadOnlyList<string>>(count, StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < count; i++)
            map[String()] = StringList();
        return map;
    }

    /// <summary>[bytes map], skipped.</summary>
    public void SkipBytesMap()
    {
        for (var left = (int)Short(); left > 0; left--)
        {
            Take(Short());
            TryBytes(out _);
        }
    }

    /// <summary>[inet]: an address and a port.</summary>
    public IPEndPoint Inet()
    {
        var address = InetAddress();
        return new(address, (int)((uint)Int() & 0xFFFF));
    }

    /// <summary>[inetaddr]: an address.</summary>
    public IPAddress InetAddress()
    {
        var length = Byte();
        if (length is not (4 or 16))
            throw new CqlProtocolException($"An address of {length} bytes.");
        return new(Take(length));
    }

    /// <summary>[option] with its parameters: a type (section 4.2.5.2).</summary>
    public CqlType Type(int depth = 0)
    {
        const int MaxDepth = 32;
        if (depth > MaxDepth)
            throw new CqlProtocolException($"A type nested deeper than {MaxDepth}.");

        var code = (CqlTypeCode)Short();
        return code switch
        {
            CqlTypeCode.Custom => new(code, [], String()),
            CqlTypeCode.List or CqlTypeCode.Set => new(code, [Type(depth + 1)]),
            CqlTypeCode.Map => new(code, [Type(depth + 1), Type(depth + 1)]),
            CqlTypeCode.Tuple => new(code, Types(depth)),
            CqlTypeCode.Udt => UserType(depth),
            _ => new(code),
        };
    }

    private CqlType[] Types(int depth)
    {
        var types = new CqlType[Short()];
        for (var i = 0; i < types.Length; i++)
            types[i] = Type(depth + 1);
        return types;
    }

    private CqlType UserType(int depth)
    {
        var name = $"{String()}.{String()}";
        var fields = new CqlType[Short()];
        for (var i = 0; i < fields.Length; i++)
        {
            String();
            fields[i] = Type(depth + 1);
        }

        return new(CqlTypeCode.Udt, fields, name);
    }
}
