using System.Runtime.CompilerServices;
using BrokerIm.Core.Ports;
using BrokerIm.Simulation.Engine;

namespace BrokerIm.Simulation.World;

/// <summary>One process's hand on a consumer group.</summary>
internal sealed class LogReader<TRecord>(
    string name, Wire wire, ConsumerGroup<TRecord> group, Scheduler scheduler, int epoch, int maxRecords) : ILogReader<TRecord>
{
    private readonly string _poll = $"{name}.poll";
    private readonly string _commit = $"{name}.commit";
    private List<Held> _held = [];
    private long _heard;

    /// <summary>Whose hand.</summary>
    public Node Node => wire.Node;

    public IReadOnlyList<(int Partition, long Generation)> Assignments =>
        [.. _held.Select(static held => (held.Partition, held.Generation))];

    /// <summary>The group says what this reader owns from now on. News that was overtaken is none.</summary>
    public void Hear(long generation, List<(int Partition, long Generation)> share)
    {
        if (generation <= _heard)
            return;

        _heard = generation;
        _held = [.. share.Select(static one => new Held(one.Partition, one.Generation))];
        group.Topic.WakeParked();
    }

    public async IAsyncEnumerable<LogBatch<TRecord>> ReadAsync(
        ILogStart? start, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            var held = _held;
            foreach (var partition in held)
                await BeginAsync(partition, start, cancellationToken);

            if (await TryPollAsync(held) is not { Count: > 0 } slices)
                continue;

            foreach (var slice in slices)
                held.Single(one => one.Partition == slice.Partition).Position = slice.NextOffset;
            yield return new(slices);
        }
    }

    public async ValueTask CommitAsync(LogBatch<TRecord> batch, CancellationToken cancellationToken) =>
        await wire.AskAsync(_commit, () =>
        {
            foreach (var slice in batch.Slices)
                group.Commit(slice.Partition, slice.Generation, slice.NextOffset);
            return true;
        });

    private async ValueTask BeginAsync(Held held, ILogStart? start, CancellationToken cancellationToken)
    {
        while (held.Position is null)
        {
            try
            {
                var committed = await wire.AskAsync(_poll, () => group.CommittedOf(held.Partition));
                var wanted = start is null ? null : await start.StartOffsetAsync(held.Partition, cancellationToken);
                held.Position = (committed, wanted) switch
                {
                    ({ } one, { } other) => Math.Min(one, other),
                    _ => committed ?? wanted ?? 0,
                };
                scheduler.Trace.Add(scheduler.Now, Node.Name, "reads from", (ulong)held.Partition, (ulong)held.Position);
            }
            catch (DependencyUnavailableException)
            {
                // The client library asks again.
            }
        }
    }

    private async ValueTask<List<LogSlice<TRecord>>?> TryPollAsync(List<Held> held)
    {
        try
        {
            return await wire.AskAsync<List<LogSlice<TRecord>>>(_poll, answer => Look(held, answer));
        }
        catch (DependencyUnavailableException)
        {
            return null;
        }
    }

    // Answers once there is something, or once the reader has to look at its partitions again.
    private void Look(List<Held> held, Action<List<LogSlice<TRecord>>> answer)
    {
        var slices = new List<LogSlice<TRecord>>();
        foreach (var one in held)
        {
            var (first, end) = (one.Position!.Value, group.Topic.EndOf(one.Partition));
            if (first >= end || (slices.Count > 0 && scheduler.Happens(0.3)))
                continue;

            var count = (int)Math.Min(end - first, 1 + scheduler.Random.Next(maxRecords));
            slices.Add(new(epoch, one.Partition, one.Generation, first, first + count,
            [
                .. Enumerable.Range(0, count).Select(i => new LogRecord<TRecord>(
                    first + i, group.Topic.Get(one.Partition, first + i), default)),
            ]));
        }

        if (slices.Count > 0 || held != _held)
            answer(slices);
        else
            group.Topic.Park(() => Look(held, answer));
    }

    private sealed class Held(int partition, long generation)
    {
        public int Partition => partition;

        public long Generation => generation;

        public long? Position { get; set; }
    }
}
