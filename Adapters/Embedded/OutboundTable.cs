using BrokerIm.Adapters.Embedded.Sqlite;
using BrokerIm.Contracts.Records;
using BrokerIm.Core;
using BrokerIm.Core.Ports;
using Google.Protobuf;

namespace BrokerIm.Adapters.Embedded;

/// <summary>The rows of the outbound log and how far its reader has come.</summary>
internal sealed class OutboundTable(SqliteReaders readers)
{
    private const int DeletedAtOnce = 1_000;

    /// <summary>Appends a record inside the caller's transaction and returns its offset.</summary>
    public static long Append(SqliteSession session, ReadOnlySpan<byte> record)
    {
        session.Prepare("INSERT INTO outbound (record) VALUES (?1)").Bind(1, record).Execute();
        return session.LastRowId;
    }

    /// <summary>Notes that everything below an offset is delivered, and deletes some of it.</summary>
    public static void WriteProgress(SqliteSession session, long nextOffset)
    {
        session
            .Prepare(
                """
                INSERT INTO log_reader (log, next_offset) VALUES ('outbound', ?1)
                ON CONFLICT (log) DO UPDATE SET next_offset = excluded.next_offset WHERE excluded.next_offset > next_offset
                """)
            .Bind(1, nextOffset).Execute();
        session
            .Prepare(
                """DELETE FROM outbound WHERE "offset" < min(?1, (SELECT min("offset") FROM outbound) + ?2)""")
            .Bind(1, nextOffset).Bind(2, DeletedAtOnce).Execute();
    }

    /// <summary>The offset the reader takes next, at first 1, and the newest offset, 0 for none.</summary>
    public ValueTask<(long Next, long Last)> ReadBoundsAsync(CancellationToken cancellationToken) =>
        readers.ReadAsync(
            0,
            static (session, _) => (
                session.QueryInt64("SELECT coalesce(max(next_offset), 1) FROM log_reader WHERE log = 'outbound'"),
                session.QueryInt64("""SELECT coalesce(max("offset"), 0) FROM outbound""")),
            cancellationToken);

    /// <summary>Records from an offset on, in order, about one inbound record's worth of events.</summary>
    public ValueTask<List<LogRecord<OutboundRecord>>> ReadAsync(long fromOffset, CancellationToken cancellationToken) =>
        readers.ReadAsync(
            fromOffset,
            static (session, fromOffset) =>
            {
                var records = new List<LogRecord<OutboundRecord>>();
                using var rows = session
                    .Prepare("""SELECT "offset", record FROM outbound WHERE "offset" >= ?1 ORDER BY 1""")
                    .Bind(1, fromOffset).Query();
                for (var events = 0; events < Limits.MaxRecordEntries && rows.Next();)
                {
                    var record = Parse(rows.Int64(0), rows.Blob(1));
                    events += record.Value?.Events.Count ?? 1;
                    records.Add(record);
                }

                return records;
            },
            cancellationToken);

    private static LogRecord<OutboundRecord> Parse(long offset, ReadOnlySpan<byte> record)
    {
        try
        {
            return new(offset, OutboundRecord.Parser.ParseFrom(record), default);
        }
        catch (InvalidProtocolBufferException)
        {
            return new(offset, null, record.ToArray());
        }
    }
}
