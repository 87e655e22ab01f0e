namespace BrokerIm.Cql.Wire;

/// <summary>Writes requests as frames (native protocol v4, section 4.1), their stream ids left open.</summary>
internal sealed class RequestEncoder(CqlOptions options, int version)
{
    private const int UnsetSinceVersion = 4;

    [Flags]
    private enum QueryFlags : byte
    {
        None = 0,
        Values = 0x01,
        SkipMetadata = 0x02,
        PageSize = 0x04,
        PagingState = 0x08,
        SerialConsistency = 0x10,
        Timestamp = 0x20,
    }

    public void Write(WireBuffer frame, CqlRequest request)
    {
        var flags = request.IsTraced ? FrameFlags.Tracing : FrameFlags.None;
        switch (request)
        {
            case CqlBatch batch:
                FrameHeader.Begin(frame, version, flags, Opcode.Batch);
                WriteBatch(frame, batch);
                break;
            case CqlStatement { Prepared: { } prepared } statement:
                CheckValues(statement);
                FrameHeader.Begin(frame, version, flags, Opcode.Execute);
                frame.ShortBytes(prepared.Id);
                WriteParameters(frame, statement, SkipsMetadata(prepared) ? QueryFlags.SkipMetadata : QueryFlags.None);
                break;
            case CqlStatement statement:
                CheckValues(statement);
                FrameHeader.Begin(frame, version, flags, Opcode.Query);
                frame.LongString(statement.Text);
                WriteParameters(frame, statement, QueryFlags.None);
                break;
        }

        FrameHeader.End(frame);
    }

    public void WritePrepare(WireBuffer frame, string text)
    {
        FrameHeader.Begin(frame, version, FrameFlags.None, Opcode.Prepare);
        frame.LongString(text);
        FrameHeader.End(frame);
    }

    public void WriteStartup(WireBuffer frame)
    {
        FrameHeader.Begin(frame, version, FrameFlags.None, Opcode.Startup);
        List<KeyValuePair<string, string>> facts = [new("CQL_VERSION", "3.0.0"), new("DRIVER_NAME", "BrokerIm.Cql")];
        if (options.Compress)
            facts.Add(new("COMPRESSION", Lz4.Name));
        frame.StringMap(facts);
        FrameHeader.End(frame);
    }

    public void WriteAuthentication(WireBuffer frame, ReadOnlySpan<byte> token)
    {
        FrameHeader.Begin(frame, version, FrameFlags.None, Opcode.AuthResponse);
        frame.Bytes(token);
        FrameHeader.End(frame);
    }

    public void WriteRegister(WireBuffer frame, IReadOnlyCollection<string> events)
    {
        FrameHeader.Begin(frame, version, FrameFlags.None, Opcode.Register);
        frame.StringList(events);
        FrameHeader.End(frame);
    }

    public void WriteOptions(WireBuffer frame)
    {
        FrameHeader.Begin(frame, version, FrameFlags.None, Opcode.Options);
        FrameHeader.End(frame);
    }

    /// <summary>
    /// The columns of a prepared statement are known, so the answer need not repeat them. Those of <c>SELECT *</c> may change under a
    /// prepared statement, and protocols below v5 do not tell.
    /// </summary>
    internal static bool SkipsMetadata(CqlPrepared prepared) =>
        prepared.Columns.Count > 0 && !prepared.Text.Contains('*', StringComparison.Ordinal);

    private void WriteParameters(WireBuffer frame, CqlStatement statement, QueryFlags flags)
    {
        var pageSize = statement.PageSize ?? options.PageSize;
        if (statement.Values.Count > 0)
            flags |= QueryFlags.Values;
        if (pageSize > 0)
            flags |= QueryFlags.PageSize;
        if (statement.PagingState is not null)
            flags |= QueryFlags.PagingState;
        flags |= QueryFlags.SerialConsistency;
        if (statement.Timestamp is not null)
            flags |= QueryFlags.Timestamp;

        frame.Short((ushort)(statement.Consistency ?? options.Consistency));
        frame.Byte((byte)flags);
        if (statement.Values.Count > 0)
            WriteValues(frame, statement.Values);
        if (pageSize > 0)
            frame.Int(pageSize);
        if (statement.PagingState is { } pagingState)
            frame.Bytes(pagingState);
        frame.Short((ushort)(statement.SerialConsistency ?? options.SerialConsistency));
        if (statement.Timestamp is { } timestamp)
            frame.Long(timestamp);
    }

    private void WriteBatch(WireBuffer frame, CqlBatch batch)
    {
        const byte PlainText = 0;
        const byte Prepared = 1;

        frame.Byte((byte)batch.Kind);
        frame.Short((ushort)batch.Count);
        foreach (var statement in batch.Statements)
        {
            CheckValues(statement);
            if (statement.Prepared is { } prepared)
            {
                frame.Byte(Prepared);
                frame.ShortBytes(prepared.Id);
            }
            else
            {
                frame.Byte(PlainText);
                frame.LongString(statement.Text);
            }

            WriteValues(frame, statement.Values);
        }

        frame.Short((ushort)(batch.Consistency ?? options.Consistency));
        frame.Byte((byte)(QueryFlags.SerialConsistency | (batch.Timestamp is null ? QueryFlags.None : QueryFlags.Timestamp)));
        frame.Short((ushort)(batch.SerialConsistency ?? options.SerialConsistency));
        if (batch.Timestamp is { } timestamp)
            frame.Long(timestamp);
    }

    private static void WriteValues(WireBuffer frame, CqlValues values)
    {
        frame.Short((ushort)values.Count);
        frame.Raw(values.Encoded);
        values.Prepared?.NoteBytes(values.EncodedLength);
    }

    private void CheckValues(CqlStatement statement)
    {
        if (statement.Prepared is { } prepared && prepared.Parameters.Count != statement.Values.Count)
        {
            throw new CqlTypeException(
                $"The statement wants {prepared.Parameters.Count} values and has {statement.Values.Count}: {statement.Text}");
        }

        if (statement.Values.Count > ushort.MaxValue)
            throw new CqlTypeException($"A statement takes at most {ushort.MaxValue} values.");
        if (statement.Values.HasUnset && version < UnsetSinceVersion)
            throw new CqlTypeException($"Values cannot be left unset under protocol version {version}: {statement.Text}");
    }
}
