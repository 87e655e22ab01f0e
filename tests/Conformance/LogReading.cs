using BrokerIm.Contracts.Records;
using BrokerIm.Core.Ports;

namespace BrokerIm.Tests.Conformance;

/// <summary>One reading of a log, as a worker does it: batch after batch, and the next only when the last is done with.</summary>
internal sealed class LogReading : IAsyncDisposable
{
    private readonly ILogReader<InboundRecord> _reader;
    private readonly CancellationTokenSource _stopping =
        CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private readonly IAsyncEnumerator<LogBatch<InboundRecord>> _batches;
    private Task<bool> _next = Task.FromResult(true);

    public LogReading(ILogReader<InboundRecord> reader, ILogStart? start = null)
    {
        _reader = reader;
        _batches = reader.ReadAsync(start, _stopping.Token).GetAsyncEnumerator(CancellationToken.None);
    }

    /// <summary>The next batch; says that the one before is done with. Each has patience of its own.</summary>
    public async Task<LogBatch<InboundRecord>> NextAsync()
    {
        _next = _batches.MoveNextAsync().AsTask();
        return await _next.WaitAsync(Deadline.Patience)
            ? _batches.Current
            : throw new OperationCanceledException("The reading has ended.");
    }

    /// <summary>At least so many records, from as many batches as it takes, each committed once it was looked at.</summary>
    public async Task<List<ReadRecord>> TakeAsync(int count, bool commit = true)
    {
        var records = new List<ReadRecord>();
        while (records.Count < count)
        {
            var batch = await NextAsync();
            records.AddRange(batch.Slices.SelectMany(slice => slice.Records.Select(
                record => new ReadRecord(slice.Partition, record.Offset, record.Value?.Gateway))));
            if (commit)
                await _reader.CommitAsync(batch, Deadline.Token);
        }

        return records;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _next.ContinueWith(_ => { }, TaskScheduler.Default);
        await _batches.DisposeAsync();
    }
}

/// <summary>What a test wants to know of a record.</summary>
/// <param name="Partition">Where it was.</param>
/// <param name="Offset">At which offset.</param>
/// <param name="Name">Its gateway's name; null when it did not parse.</param>
internal sealed record ReadRecord(int Partition, long Offset, string? Name);
