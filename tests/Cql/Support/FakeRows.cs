using System.Buffers;
using System.Net;
using BrokerIm.Cql.Wire;

namespace BrokerIm.Cql.Tests.Support;

/// <summary>An answer with rows, as a node would send it.</summary>
internal sealed class FakeRows(params (string Name, CqlType Type)[] columns)
{
    private readonly List<byte[]> _rows = [];

    public static CqlType Text { get; } = new(CqlTypeCode.Varchar);

    public static CqlType Int { get; } = new(CqlTypeCode.Int);

    public static CqlType Uuid { get; } = new(CqlTypeCode.Uuid);

    public static CqlType Inet { get; } = new(CqlTypeCode.Inet);

    public static CqlType TextSet { get; } = new(CqlTypeCode.Set, [Text]);

    public static CqlType TextMap { get; } = new(CqlTypeCode.Map, [Text, Text]);

    /// <summary>Adds a row.</summary>
    /// <param name="cells">String, int, Guid, IPAddress, string[] for a set, a dictionary of strings, or null; one for each column.</param>
    public FakeRows Add(params object?[] cells)
    {
        Assert.Equal(columns.Length, cells.Length);
        var values = new CqlStatement("").Values;
        foreach (var cell in cells)
        {
            _ = cell switch
            {
                string text => values.Add(text),
                int number => values.Add(number),
                Guid id => values.Add(id),
                IPAddress address => values.Add(address),
                string[] set => values.AddSet<string>(set),
                Dictionary<string, string> map => values.AddMap(map),
                _ => values.AddNull(),
            };
        }

        _rows.Add(values.Encoded.ToArray());
        return this;
    }

    /// <summary>The body of the RESULT.</summary>
    public byte[] Body()
    {
        const int Rows = 2;
        const int GlobalTable = 1;
        var body = new WireBuffer();
        body.Int(Rows);
        body.Int(GlobalTable);
        body.Int(columns.Length);
        body.String("keyspace");
        body.String("table");
        foreach (var (name, type) in columns)
        {
            body.String(name);
            WriteType(body, type);
        }

        body.Int(_rows.Count);
        foreach (var row in _rows)
            body.Raw(row);
        return body.Written.ToArray();
    }

    /// <summary>The answer as a client reads it.</summary>
    public CqlRows Read()
    {
        var body = Body();
        var rented = ArrayPool<byte>.Shared.Rent(body.Length);
        body.CopyTo(rented, 0);
        return AnswerDecoder.Rows(
            new(Opcode.Result, FrameFlags.None, rented, body.Length), new IPEndPoint(IPAddress.Loopback, 1), prepared: null);
    }

    private static void WriteType(WireBuffer body, CqlType type)
    {
        body.Short((ushort)type.Code);
        foreach (var parameter in type.Parameters)
            WriteType(body, parameter);
    }
}
