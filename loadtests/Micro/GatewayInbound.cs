using BenchmarkDotNet.Attributes;
using BrokerIm.MicroBenchmarks.Stages;

namespace BrokerIm.MicroBenchmarks;

/// <summary>A chat message from the bytes of its frame to an entry in the lane and out of it; the log forgets it.</summary>
[MemoryDiagnoser]
public class GatewayInbound : IAsyncDisposable
{
    private readonly InboundStage _stage = new();

    [GlobalSetup]
    public Task StartAsync() => _stage.StartAsync(CancellationToken.None);

    [GlobalCleanup]
    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _stage.DisposeAsync();
    }

    /// <summary>Per message.</summary>
    [Benchmark(OperationsPerInvoke = InboundStage.BatchMessages)]
    public Task DecodeIntoLane()
    {
        _stage.TakeIn();
        return _stage.SettleAsync(CancellationToken.None);
    }
}
