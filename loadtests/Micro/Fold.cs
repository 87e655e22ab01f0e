using BenchmarkDotNet.Attributes;
using BrokerIm.Contracts.Records;
using BrokerIm.Core.Ports;
using BrokerIm.MicroBenchmarks.Stages;

namespace BrokerIm.MicroBenchmarks;

/// <summary>Persist without its services: inbound records to the finished unit, rows and outbound record included.</summary>
[MemoryDiagnoser]
public class Fold
{
    private const int Batches = 400;

    private FoldStage _stage = new(1);
    private List<LogBatch<InboundRecord>> _batches = [];

    /// <summary>Pairs that send in turns: few have long runs in a batch, many come once.</summary>
    [Params(1, 50, 5_000)]
    public int Conversations { get; set; }

    [GlobalSetup]
    public void Open() => _stage = new(Conversations);

    // A message is folded once; the next are made while nobody counts.
    [IterationSetup]
    public void Fill() => _batches = _stage.Next(Batches);

    /// <summary>Per message.</summary>
    [Benchmark(OperationsPerInvoke = Batches * FoldStage.BatchMessages)]
    public void FoldBatches()
    {
        foreach (var batch in _batches)
            _stage.Fold(batch);
    }
}
