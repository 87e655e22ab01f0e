using System.Net;

namespace BrokerIm.Cql.Wire;

/// <summary>Reads answers (native protocol v4, section 4.2).</summary>
internal static class AnswerDecoder
{
    private enum ResultKind
    {
        Void = 1,
        Rows = 2,
        SetKeyspace = 3,
        Prepared = 4,
        SchemaChange = 5,
    }

    [Flags]
    private enum MetadataFlags
    {
        GlobalTable = 0x01,
        HasMorePages = 0x02,
        None = 0x04,
    }

    /// <summary>What stands before the body proper, as the frame's flags say.</summary>
    private readonly record struct Preamble(Guid? TracingId, IReadOnlyList<string> Warnings);

    /// <summary>The rows of a RESULT; an ERROR is thrown. Takes the answer over, buffer included.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="node">Who gave it.</param>
    /// <param name="prepared">The statement whose columns the answer leaves out, if it does.</param>
    public static CqlRows Rows(Answer answer, EndPoint node, CqlPrepared? prepared)
    {
        try
        {
            var reader = new WireReader(answer.Body);
            var preamble = ReadPreamble(ref reader, answer.Flags);
            Expect(Opcode.Result, answer.Opcode, ref reader);

            var kind = (ResultKind)reader.Int();
            if (kind != ResultKind.Rows)
            {
                answer.Return();
                return new CqlRows([], 0, 0, 0, [])
                {
                    TracingId = preamble.TracingId,
                    Warnings = preamble.Warnings,
                    Node = node,
                    ChangedSchema = kind == ResultKind.SchemaChange,
                };
            }

            var columns = ReadColumns(ref reader, prepared?.Columns, out var pagingState);
            var count = reader.Count(columns.Count * sizeof(int));
            return new CqlRows(answer.Buffer, reader.Position, answer.Length, count, columns)
            {
                PagingState = pagingState,
                TracingId = preamble.TracingId,
                Warnings = preamble.Warnings,
                Node = node,
            };
        }
        catch
        {
            answer.Return();
            throw;
        }
    }

    /// <summary>The RESULT of a PREPARE.</summary>
    public static PreparedInfo Prepared(Answer answer, int version)
    {
        try
        {
            var reader = new WireReader(answer.Body);
            ReadPreamble(ref reader, answer.Flags);
            Expect(Opcode.Result, answer.Opcode, ref reader);
            var kind = (ResultKind)reader.Int();
            if (kind != ResultKind.Prepared)
                throw new CqlProtocolException($"PREPARE was answered with a result of kind {(int)kind}.");

            var id = reader.ShortBytes().ToArray();
            var flags = (MetadataFlags)reader.Int();
            var count = reader.Count(bytesEach: 0);
            var partitionKey = version >= 4 ? ReadIndexes(ref reader) : null;
            var parameters = ReadColumnList(ref reader, flags, count);
            return new(id, parameters, partitionKey, ReadColumns(ref reader, known: null, out _));
        }
        finally
        {
            answer.Return();
        }
    }

    /// <summary>An answer of which only the kind counts.</summary>
    public static void Plain(Answer answer, Opcode expected)
    {
        try
        {
            var reader = new WireReader(answer.Body);
            ReadPreamble(ref reader, answer.Flags);
            Expect(expected, answer.Opcode, ref reader);
        }
        finally
        {
            answer.Return();
        }
    }

    /// <summary>A SUPPORTED.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> Supported(Answer answer)
    {
        try
        {
            var reader = new WireReader(answer.Body);
            ReadPreamble(ref reader, answer.Flags);
            Expect(Opcode.Supported, answer.Opcode, ref reader);
            return reader.StringMultimap();
        }
        finally
        {
            answer.Return();
        }
    }

    /// <summary>An AUTHENTICATE's class name, or null where the node is READY without; an ERROR is thrown.</summary>
    public static string? Authenticator(Answer answer)
    {
        try
        {
            var reader = new WireReader(answer.Body);
            ReadPreamble(ref reader, answer.Flags);
            if (answer.Opcode == Opcode.Ready)
                return null;
            Expect(Opcode.Authenticate, answer.Opcode, ref reader);
            return reader.String();
        }
        finally
        {
            answer.Return();
        }
    }

    /// <summary>An EVENT; kinds that came after v4 have neither node nor keyspace.</summary>
    public static CqlEvent Event(ReadOnlySpan<byte> body)
    {
        var reader = new WireReader(body);
        var kind = reader.String();
        var change = reader.String();
        switch (kind)
        {
            case "TOPOLOGY_CHANGE" or "STATUS_CHANGE":
                return new(kind, change, reader.Inet(), Keyspace: null);
            case "SCHEMA_CHANGE":
                reader.String();
                return new(kind, change, Node: null, reader.String());
            default:
                return new(kind, change, Node: null, Keyspace: null);
        }
    }

    private static Preamble ReadPreamble(ref WireReader reader, FrameFlags flags)
    {
        if (flags.HasFlag(FrameFlags.Compressed))
            throw new CqlProtocolException("The answer is compressed, which was not asked for.");

        Guid? tracingId = flags.HasFlag(FrameFlags.Tracing) ? reader.Uuid() : null;
        var warnings = flags.HasFlag(FrameFlags.Warning) ? reader.StringList() : [];
        if (flags.HasFlag(FrameFlags.CustomPayload))
            reader.SkipBytesMap();
        return new(tracingId, warnings);
    }

    private static void Expect(Opcode expected, Opcode actual, ref WireReader reader)
    {
        if (actual == Opcode.Error)
            throw ErrorDecoder.Read(ref reader);
        if (actual != expected)
            throw new CqlProtocolException($"{actual} came where {expected} was expected.");
    }

    private static IReadOnlyList<CqlColumn> ReadColumns(
        ref WireReader reader, IReadOnlyList<CqlColumn>? known, out byte[]? pagingState)
    {
        var flags = (MetadataFlags)reader.Int();
        var count = reader.Count(bytesEach: 0);
        pagingState = flags.HasFlag(MetadataFlags.HasMorePages) && reader.TryBytes(out var state) ? state.ToArray() : null;
        if (!flags.HasFlag(MetadataFlags.None))
            return ReadColumnList(ref reader, flags, count);
        if (count == 0)
            return [];
        if (known?.Count != count)
            throw new CqlProtocolException($"An answer of {count} columns does not say which.");
        return known;
    }

    private static CqlColumn[] ReadColumnList(ref WireReader reader, MetadataFlags flags, int count)
    {
        const int ColumnBytesMin = 4;
        if ((long)count * ColumnBytesMin > reader.Remaining)
            throw new CqlProtocolException($"{count} columns announced, {reader.Remaining} bytes left.");

        var columns = new CqlColumn[count];
        var isGlobal = flags.HasFlag(MetadataFlags.GlobalTable);
        var (keyspace, table) = isGlobal ? (reader.String(), reader.String()) : ("", "");
        for (var i = 0; i < count; i++)
        {
            if (!isGlobal)
                (keyspace, table) = (reader.String(), reader.String());
            columns[i] = new(keyspace, table, reader.String(), reader.Type());
        }

        return columns;
    }

    private static int[] ReadIndexes(ref WireReader reader)
    {
        var indexes = new int[reader.Count(sizeof(ushort))];
        for (var i = 0; i < indexes.Length; i++)
            indexes[i] = reader.Short();
        return indexes;
    }
}
