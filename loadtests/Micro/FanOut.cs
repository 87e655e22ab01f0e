using BenchmarkDotNet.Attributes;
using BrokerIm.MicroBenchmarks.Stages;

namespace BrokerIm.MicroBenchmarks;

/// <summary>A message of a group to 1,000 connections of one gateway: bus message to pipes, and the reading of these.</summary>
[MemoryDiagnoser]
public class FanOut : IAsyncDisposable
{
    private const int Connections = 1_000;
    private const int Messages = 200;

    private readonly OutboundStage _stage = new(Connections / 2);
    private List<byte[]> _busMessages = [];

    [IterationSetup]
    public void Fill() => _busMessages = _stage.NextOfGroup(Messages);

    [GlobalCleanup]
    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _stage.DisposeAsync();
    }

    /// <summary>Per delivery.</summary>
    [Benchmark(OperationsPerInvoke = Messages * Connections)]
    public long GroupMessage()
    {
        var bytes = 0L;
        foreach (var message in _busMessages)
        {
            _stage.Deliver(message);
            bytes += _stage.Drain();
        }

        return bytes;
    }
}
