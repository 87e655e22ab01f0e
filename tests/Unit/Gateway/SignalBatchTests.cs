using System.Threading.Channels;
using BrokerIm.Contracts.Records;
using BrokerIm.Core;
using BrokerIm.Gateway.Presence;

namespace BrokerIm.Tests.Unit.Gateway;

public sealed class SignalBatchTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(4_096)]
    public void Batches_keep_order_and_stay_below_the_size_of_a_bus_message(int textLength)
    {
        var waiting = Channel.CreateUnbounded<Signal>();
        for (uint i = 1; i <= 3_000; i++)
            waiting.Writer.TryWrite(new() { Kind = SignalKind.P2P, FromGateway = "gateway", User = i, Text = new('x', textLength) });

        List<uint> taken = [];
        while (SignalBatch.Take(waiting.Reader) is { Signals.Count: > 0 } batch)
        {
            Assert.InRange(batch.CalculateSize(), 1, Limits.MaxBusMessageBytes);
            taken.AddRange(batch.Signals.Select(signal => signal.User));
        }

        Assert.Equal(Enumerable.Range(1, 3_000).Select(i => (uint)i), taken);
    }

    [Fact]
    public void Signal_that_is_too_large_goes_alone()
    {
        var waiting = Channel.CreateUnbounded<Signal>();
        waiting.Writer.TryWrite(new() { User = 1 });
        waiting.Writer.TryWrite(new() { User = 2, Text = new('x', Limits.MaxBusMessageBytes) });
        waiting.Writer.TryWrite(new() { User = 3 });

        Assert.Equal([1u], SignalBatch.Take(waiting.Reader).Signals.Select(signal => signal.User));
        Assert.Equal([2u], SignalBatch.Take(waiting.Reader).Signals.Select(signal => signal.User));
        Assert.Equal([3u], SignalBatch.Take(waiting.Reader).Signals.Select(signal => signal.User));
        Assert.Empty(SignalBatch.Take(waiting.Reader).Signals);
    }
}
