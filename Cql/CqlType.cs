namespace BrokerIm.Cql;

/// <summary>Type codes of the native protocol v4, section 4.2.5.2.</summary>
public enum CqlTypeCode : ushort
{
#pragma warning disable CS1591, CA1720 // Each is the CQL type of the same name.
    Custom = 0x0000,
    Ascii = 0x0001,
    Bigint = 0x0002,
    Blob = 0x0003,
    Boolean = 0x0004,
    Counter = 0x0005,
    Decimal = 0x0006,
    Double = 0x0007,
    Float = 0x0008,
    Int = 0x0009,
    Timestamp = 0x000B,
    Uuid = 0x000C,
    Varchar = 0x000D,
    Varint = 0x000E,
    Timeuuid = 0x000F,
    Inet = 0x0010,
    Date = 0x0011,
    Time = 0x0012,
    Smallint = 0x0013,
    Tinyint = 0x0014,
    List = 0x0020,
    Map = 0x0021,
    Set = 0x0022,
    Udt = 0x0030,
    Tuple = 0x0031,
#pragma warning restore CS1591, CA1720
}

/// <summary>The type of a column or of a value to bind.</summary>
/// <param name="Code">What it is.</param>
/// <param name="Parameters">Element types: one of a list or set, key and value of a map, the fields of a tuple or user type.</param>
/// <param name="Name">Class name of a custom type, <c>keyspace.name</c> of a user type; otherwise null.</param>
public sealed record CqlType(CqlTypeCode Code, IReadOnlyList<CqlType> Parameters, string? Name = null)
{
    /// <summary>A type without parameters.</summary>
    public CqlType(CqlTypeCode code)
        : this(code, [])
    {
    }

    /// <summary>The type as CQL writes it.</summary>
    public override string ToString() => Code switch
    {
        CqlTypeCode.Custom => $"'{Name}'",
        CqlTypeCode.Udt => Name ?? "udt",
        _ when Parameters.Count > 0 => $"{CodeName}<{string.Join(", ", Parameters)}>",
        _ => CodeName,
    };

    private string CodeName => Code == CqlTypeCode.Varchar ? "text" : Code.ToString().ToLowerInvariant();
}

/// <summary>A column of a result, or a value that a prepared statement wants.</summary>
/// <param name="Keyspace">Its table's keyspace.</param>
/// <param name="Table">Its table.</param>
/// <param name="Name">Its name, or the name of the bind marker.</param>
/// <param name="Type">Its type.</param>
public sealed record CqlColumn(string Keyspace, string Table, string Name, CqlType Type);
