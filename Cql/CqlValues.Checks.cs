using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace BrokerIm.Cql;

/// <content>What is known of the values, and how they are held against the statement.</content>
public sealed partial class CqlValues
{
    /// <summary>Length of a null on the wire.</summary>
    internal const int Null = -1;

    /// <summary>Length of a value that is not set on the wire (protocol v4).</summary>
    internal const int Unset = -2;

    /// <summary>Whether there is a value which is neither null nor unset.</summary>
    internal bool HasValue(int index) =>
        index < _starts.Count && BinaryPrimitives.ReadInt32BigEndian(_buffer.Written[_starts[index]..]) >= 0;

    private CqlValues AddLength(int length)
    {
        Next();
        _starts.Add(_buffer.Length);
        _buffer.Int(length);
        return this;
    }

    /// <summary>The parameter that is next; null where parameters are not known.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private CqlColumn? Next()
    {
        if (_prepared is null)
            return null;
        return Count < _prepared.Parameters.Count ? _prepared.Parameters[Count] : throw TooMany();
    }

    private CqlTypeException TooMany() => new($"The statement takes {Count} values and has them all.") { Request = _prepared?.Text };

    private CqlTypeException Refused(CqlColumn parameter, object codec) =>
        new($"{Describe(parameter)} takes no {codec}.") { Request = _prepared?.Text };

    private string Describe(CqlColumn? parameter) =>
        parameter is null ? $"Value {Count + 1}" : $"Value {Count + 1}, {parameter.Name} of type {parameter.Type},";
}
