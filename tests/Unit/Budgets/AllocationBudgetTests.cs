using BrokerIm.MicroBenchmarks.Stages;

namespace BrokerIm.Tests.Unit.Budgets;

/// <summary>Runs by itself: whoever listens to the meter in another test would allocate on these threads.</summary>
[CollectionDefinition(DisableParallelization = true)]
public sealed class AllocationBudgetCollection;

/// <summary>
/// Bytes that each stage of a chat message's way may allocate. Counted on the thread that works, so neither the machine's speed nor what
/// runs beside changes the number. The budgets are some 25 % above what was counted when they were set.
/// </summary>
[Collection<AllocationBudgetCollection>]
public sealed class AllocationBudgetTests(ITestOutputHelper output)
{
    private const int Messages = 10_240;

    /// <summary>
    /// Frame to entry in the lane. 440 were counted: the parsed message 72, the byte strings of its 64 bytes and its id 192, the
    /// entry 112 and its two lists 64.
    /// </summary>
    private const int InboundBytes = 550;

    /// <summary>
    /// Inbound record to rows and outbound record. 458 were counted: room for body and meta 175, the outbound event 104 and the byte
    /// string around the body 32, places in the lists of entries 48, rows 72 and events 17; the rest is the batch's.
    /// </summary>
    private const int FoldBytes = 570;

    /// <summary>
    /// Outbound record to the bytes on the bus, for three deliveries. 844 were counted: the deliveries 312, their lists of receivers 160,
    /// the bytes themselves about 250, places in the lists of deliveries and audiences about 110.
    /// </summary>
    private const int RoutingBytes = 1_000;

    /// <summary>
    /// Bytes on the bus to the bytes in the pipes of sender and receiver. 595 were counted, all of it the parsed bus message: two
    /// deliveries 208, their lists of receivers 120, byte strings of the body and the id 230, places in the list of deliveries 32.
    /// </summary>
    private const int OutboundBytes = 740;

    [Fact]
    public async Task Message_enters_the_gateway_within_its_budget()
    {
        const int Batches = Messages / InboundStage.BatchMessages;
        await using var stage = new InboundStage();
        await stage.StartAsync(TestContext.Current.CancellationToken);
        var bytes = 0L;
        for (var batch = 0; batch < 2 * Batches; batch++)
        {
            var taken = Allocations.Of(stage.TakeIn);

            // The flusher works elsewhere and is not counted; the lane is empty again before the next batch.
            await stage.SettleAsync(TestContext.Current.CancellationToken);
            bytes += batch < Batches ? 0 : taken;
        }

        Assert.Equal(2 * Messages, stage.Published);
        Hold(InboundBytes, bytes);
    }

    [Fact]
    public void Message_is_folded_within_its_budget()
    {
        const int Conversations = 5;
        const int Batches = Messages / FoldStage.BatchMessages;
        var stage = new FoldStage(Conversations);

        // Until the dedupe windows are full each message adds to one; from then on it takes another's place.
        stage.Next(Batches).ForEach(stage.Fold);
        var batches = stage.Next(Batches);
        var bytes = Allocations.Of(() => batches.ForEach(stage.Fold));

        Assert.Equal(2 * Messages, stage.Stored);
        Hold(FoldBytes, bytes);
    }

    [Fact]
    public void Message_is_routed_within_its_budget()
    {
        const int DeliveriesEach = 3;
        const int Batches = Messages / RoutingStage.BatchMessages;
        using var stage = new RoutingStage();
        Route();
        var bytes = Allocations.Of(Route);

        Assert.Equal(2 * DeliveriesEach * Messages, stage.Sent);
        Hold(RoutingBytes, bytes);

        void Route()
        {
            for (var batch = 0; batch < Batches; batch++)
                stage.Route();
        }
    }

    [Fact]
    public async Task Message_leaves_the_gateway_within_its_budget()
    {
        // So few connections that the pump flushes them itself: rounds would run beside what is measured.
        const int Pairs = 16;

        // With the shortest of ids 50 bytes of an answer and 118 of a message.
        const long FramesBytesMin = 168;
        const int Batches = Messages / OutboundStage.BatchMessages;
        await using var stage = new OutboundStage(Pairs);
        var written = Deliver(stage.NextOfPairs(Batches));
        var busMessages = stage.NextOfPairs(Batches);
        var bytes = Allocations.Of(() => written += Deliver(busMessages));

        Assert.InRange(written, 2 * Messages * FramesBytesMin, long.MaxValue);
        Hold(OutboundBytes, bytes);

        long Deliver(List<byte[]> messages)
        {
            var drained = 0L;
            foreach (var message in messages)
            {
                stage.Deliver(message);
                drained += stage.Drain();
            }

            return drained;
        }
    }

    private void Hold(int budget, long bytes)
    {
        var each = (double)bytes / Messages;
        output.WriteLine($"{each:F0} bytes per message, budget {budget}");
        Assert.InRange(each, 0, budget);
    }
}
