using System.Buffers;

namespace BrokerIm.Cql.Tests.Support;

/// <summary>Statements and answers without a server: what is written as values comes back as a row.</summary>
internal static class Sample
{
    /// <summary>A prepared statement with the parameters <c>p0</c>, <c>p1</c> and so on.</summary>
    public static CqlPrepared Prepared(params CqlType[] parameters) => Keyed([], parameters);

    /// <summary>The same, some of whose values are the partition key.</summary>
    public static CqlPrepared Keyed(int[] partitionKey, params CqlType[] parameters) =>
        new("INSERT sample", [1], Columns("p", parameters), partitionKey, []);

    /// <summary>An answer of one row, already read. Its columns are <c>c0</c>, <c>c1</c> and so on.</summary>
    /// <param name="cells">All cells, [int] length and bytes each.</param>
    /// <param name="columns">Their types.</param>
    public static CqlRows Row(ReadOnlySpan<byte> cells, params CqlType[] columns)
    {
        var rows = Unread(cells, columns);
        Assert.True(rows.Read());
        return rows;
    }

    /// <summary>An answer of one row.</summary>
    public static CqlRows Unread(ReadOnlySpan<byte> cells, params CqlType[] columns)
    {
        // Between other bytes, as in the body of a real answer.
        const int Before = 3;
        var buffer = ArrayPool<byte>.Shared.Rent(Before + cells.Length + 1);
        buffer.AsSpan().Fill(0xEE);
        cells.CopyTo(buffer.AsSpan(Before));
        return new(buffer, Before, Before + cells.Length, 1, Columns("c", columns));
    }

    /// <summary>An answer of one row with one cell of these bytes.</summary>
    public static CqlRows Cell(ReadOnlySpan<byte> bytes, CqlType type) =>
        Row(new CqlStatement("any").Values.AddRaw(bytes).Encoded, type);

    /// <summary>The bytes of the value that is added, as hexadecimal digits.</summary>
    public static string Hex(CqlType type, Func<CqlValues, CqlValues> add) =>
        Convert.ToHexStringLower(add(Prepared(type).Bind().Values).BytesOf(0));

    private static CqlColumn[] Columns(string prefix, CqlType[] types) =>
        [.. types.Select((type, i) => new CqlColumn("ks", "sample", $"{prefix}{i}", type))];
}
