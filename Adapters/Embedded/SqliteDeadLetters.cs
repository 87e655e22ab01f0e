using BrokerIm.Adapters.Embedded.Sqlite;
using BrokerIm.Contracts.Records;
using BrokerIm.Core.Ports;
using Google.Protobuf;

namespace BrokerIm.Adapters.Embedded;

/// <summary>Dead letters as rows; an operator may read them with any SQLite client too.</summary>
internal sealed class SqliteDeadLetters(SqliteReaders readers, SqliteWriter writer) : ILogWriter<DeadLetter>, IDeadLetterReader
{
    private const string Insert =
        """
        INSERT INTO dead_letter (time_ms, topic, epoch, partition, "offset", "index", reason, build, original)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
        """;

    private const string Name = "dead";

    public int PartitionCount => 1;

    public async ValueTask AppendAsync(int partition, DeadLetter record, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(partition, 0);
        await writer.RunAsync(
            session => session.Prepare(Insert)
                .Bind(1, (long)record.TimeMs).Bind(2, record.Topic).Bind(3, record.Epoch).Bind(4, record.Partition)
                .Bind(5, record.Offset).Bind(6, record.Index).Bind(7, record.Reason).Bind(8, record.Build)
                .Bind(9, record.Original.Span).Execute(),
            cancellationToken);
    }

    public ValueTask<long> FirstOpenAsync(CancellationToken cancellationToken) =>
        readers.ReadAsync(this, static (session, _) =>
        {
            using var rows = session.Prepare("SELECT next_offset FROM log_reader WHERE log = ?1").Bind(1, Name).Query();
            return rows.Next() ? rows.Int64(0) : 1;
        }, cancellationToken);

    public ValueTask<IReadOnlyList<NumberedLetter>> ReadAsync(long from, int max, CancellationToken cancellationToken) =>
        readers.ReadAsync((from, max), static (session, asked) =>
        {
            var letters = new List<NumberedLetter>();
            using var rows = session
                .Prepare(
                    """
                    SELECT row, time_ms, topic, epoch, partition, "offset", "index", reason, build, original
                    FROM dead_letter WHERE row >= ?1 ORDER BY row LIMIT ?2
                    """)
                .Bind(1, asked.from).Bind(2, asked.max).Query();
            while (rows.Next())
            {
                letters.Add(new(rows.Int64(0), new()
                {
                    TimeMs = (ulong)rows.Int64(1),
                    Topic = rows.Text(2),
                    Epoch = (int)rows.Int64(3),
                    Partition = (int)rows.Int64(4),
                    Offset = rows.Int64(5),
                    Index = (int)rows.Int64(6),
                    Reason = rows.Text(7),
                    Build = rows.Text(8),
                    Original = ByteString.CopyFrom(rows.Blob(9)),
                }));
            }

            return (IReadOnlyList<NumberedLetter>)letters;
        }, cancellationToken);

    public async ValueTask CloseThroughAsync(long number, CancellationToken cancellationToken) =>
        await writer.RunAsync(
            session => session
                .Prepare(
                    """
                    INSERT INTO log_reader (log, next_offset) VALUES (?1, ?2)
                    ON CONFLICT (log) DO UPDATE SET next_offset = max(next_offset, excluded.next_offset)
                    """)
                .Bind(1, Name).Bind(2, number + 1).Execute(),
            cancellationToken);
}
