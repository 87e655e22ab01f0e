using System.Diagnostics;
using BrokerIm.Cql;
using BrokerIm.LoadTests.Measuring;

namespace BrokerIm.LoadTests.Cql;

/// <summary>BrokerIm's client.</summary>
internal sealed class OwnClient : ICqlClient
{
    private readonly CqlSession _session;
    private readonly CqlPrepared _insert;
    private readonly CqlPrepared _latest;
    private long _requests;

    private OwnClient(CqlSession session, CqlPrepared insert, CqlPrepared latest) =>
        (_session, _insert, _latest) = (session, insert, latest);

    public static async Task<OwnClient> CreateAsync(CqlSession session, CancellationToken cancellationToken) => new(
        session,
        await session.PrepareAsync(CqlTables.Insert("messages"), cancellationToken),
        await session.PrepareAsync(CqlTables.Latest(), cancellationToken));

    public async Task<CqlMeasurement> MeasureAsync(
        CqlWorkload workload, int inFlight, TimeSpan duration, CancellationToken cancellationToken)
    {
        var latencies = new LatencyHistogram();
        var repeats = Enumerable.Range(0, inFlight).Select(_ => NewRequest(workload)).ToArray();
        var (allocated, processor) = (GC.GetTotalAllocatedBytes(precise: true), Environment.CpuUsage.TotalTime);
        var start = Stopwatch.GetTimestamp();
        var end = start + (long)(duration.TotalSeconds * Stopwatch.Frequency);

        await Task.WhenAll(repeats.Select(request => RepeatAsync(request, latencies, end, cancellationToken)));

        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var count = (double)latencies.Count;
        return new(
            "own", workload, inFlight, count / seconds, latencies.Percentile(0.5) / 1e6, latencies.Percentile(0.99) / 1e6,
            (Environment.CpuUsage.TotalTime - processor).TotalMicroseconds / count,
            (GC.GetTotalAllocatedBytes(precise: true) - allocated) / count);
    }

    private async Task RepeatAsync(
        ICqlLoadRequest request, LatencyHistogram latencies, long end, CancellationToken cancellationToken)
    {
        for (var begun = Stopwatch.GetTimestamp(); begun < end;)
        {
            using (var rows = await _session.ExecuteAsync(request.Next(Interlocked.Increment(ref _requests)), cancellationToken))
                request.Check(rows);
            var done = Stopwatch.GetTimestamp();
            latencies.Record((long)((done - begun) * (1e9 / Stopwatch.Frequency)));
            begun = done;
        }
    }

    private ICqlLoadRequest NewRequest(CqlWorkload workload) => workload switch
    {
        CqlWorkload.Insert => new InsertRequest(_insert, rows: 1),
        CqlWorkload.Batch20 => new InsertRequest(_insert, CqlTables.BatchRows),
        CqlWorkload.Latest20 => new LatestRequest(_latest),
        _ => throw new ArgumentOutOfRangeException(nameof(workload)),
    };
}
