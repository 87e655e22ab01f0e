using BrokerIm.Adapters.Embedded.Sqlite;
using BrokerIm.Contracts.Records;
using BrokerIm.Core.Ports;

namespace BrokerIm.Adapters.Embedded;

/// <summary>Dead letters as rows that an operator reads with any SQLite client.</summary>
internal sealed class SqliteDeadLetters(SqliteWriter writer) : ILogWriter<DeadLetter>
{
    private const string Insert =
        """
        INSERT INTO dead_letter (time_ms, topic, epoch, partition, "offset", "index", reason, build, original)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
        """;

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
}
