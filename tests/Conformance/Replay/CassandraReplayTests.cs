using BrokerIm.Adapters.Production.Cassandra;
using BrokerIm.Contracts.Records;
using BrokerIm.Core.Conversations;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;

namespace BrokerIm.Tests.Conformance.Replay;

/// <summary>What makes the guarantee hold on Cassandra: whoever works off the log, as often as he likes, leaves the same cells.</summary>
public sealed class CassandraReplayTests(CassandraKeyspace keyspace, CassandraReplayTests.Reference reference)
    : IAsyncLifetime, IClassFixture<CassandraReplayTests.Reference>
{
    private const int Seeds = 12;
    private const int MostFailures = 8;

    // Each log has an epoch of its own; other tests use partitions far from the one that these logs have.
    private static int s_epochs;

    private ICassandraSession? _session;

    private ICassandraSession Session => _session!;

    public static TheoryData<int> SeedNumbers => [.. Enumerable.Range(1, Seeds)];

    public async ValueTask InitializeAsync() => (_session, _) = await keyspace.OpenAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Theory]
    [MemberData(nameof(SeedNumbers))]
    public async Task Owner_and_zombie_together_leave_the_cells_that_one_worker_alone_would_leave(int seed)
    {
        var log = NewLog(seed, records: 40);
        var random = new Random(seed);
        var handedOver = random.Next(0, 20);
        var turns = new Turns(seed, workers: 2);
        var (zombieTape, ownerTape) = (new OutboundTape(), new OutboundTape());
        var (zombieBatches, ownerBatches) = (new Random(seed + 1), new Random(seed + 2));

        // The first worker is declared dead at some offset and goes on all the same; the second begins there with nothing in memory.
        var isZombie = false;
        var zombie = new Worker(
            log, new SteppedCassandra(Session, step => isZombie ? turns.StepAsync(0, step) : step()), zombieTape);
        await zombie.RunAsync(0, handedOver, () => zombieBatches.Next(1, 6));
        isZombie = true;
        var owner = new Worker(log, new SteppedCassandra(Session, step => turns.StepAsync(1, step)), ownerTape);
        await Task.WhenAll(
            WithLeave(zombie.RunAsync(handedOver, log.Records.Count, () => zombieBatches.Next(1, 6)), turns),
            WithLeave(owner.RunAsync(handedOver, log.Records.Count, () => ownerBatches.Next(1, 6)), turns));

        await new Worker(log, await reference.OpenAsync(keyspace), new OutboundTape()).RunAsync(0, log.Records.Count, () => 7);

        var cells = await Tables.ReadAsync(Session, log);
        Assert.NotEmpty(cells);
        Assert.Equal(await Tables.ReadAsync(await reference.OpenAsync(keyspace), log), cells);
        AssertSameIds([.. zombieTape.Events, .. ownerTape.Events]);
        await AssertWholeAsync(log, [.. zombieTape.Events, .. ownerTape.Events]);
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 1)]
    [InlineData(false, 10)]
    [InlineData(true, 10)]
    public async Task Death_at_any_step_leaves_no_gap_and_no_duplicate(bool stepIsDone, int sharedRequestKeys)
    {
        var deaths = 0;
        for (var died = true; died; deaths++)
        {
            var log = NewLog(seed: 7, records: 9);
            var tape = new OutboundTape();
            var (steps, fatal, committed) = (0, deaths, 0);
            var mortal = new Worker(log, new SteppedCassandra(Session, Step), tape, sharedRequestKeys);
            tape.Around = Step;
            died = false;
            try
            {
                await mortal.RunAsync(0, log.Records.Count, () => 3, offset => committed = offset);
            }
            catch (DeathException)
            {
                died = true;
            }

            tape.Around = static append => append();
            var next = new Worker(log, Session, tape);
            var start = (int)Math.Min(committed, await next.StartOffsetAsync() ?? 0);
            await next.RunAsync(start, log.Records.Count, () => 2);

            AssertSameIds(tape.Events);
            await AssertWholeAsync(log, tape.Events);

            async ValueTask Step(Func<ValueTask> step)
            {
                var isFatal = steps++ == fatal;
                if (!isFatal || stepIsDone)
                    await step();
                if (isFatal)
                    throw new DeathException();
            }
        }

        // Three batches, each with several reads and writes and an outbound record: less would mean that nothing was interrupted.
        Assert.InRange(deaths, sharedRequestKeys == 1 ? 20 : 15, 500);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Any_step_may_fail_done_or_not_and_is_repeated(bool stepIsDone)
    {
        var log = NewLog(seed: 11, records: 24);
        var tape = new OutboundTape();
        var random = new Random(11);
        var failures = 0;
        await new Worker(log, new SteppedCassandra(Session, FailAsync), tape).RunAsync(0, log.Records.Count, () => 4);

        Assert.Equal(MostFailures, failures);
        AssertSameIds(tape.Events);
        await AssertWholeAsync(log, tape.Events);

        async ValueTask FailAsync(Func<ValueTask> step)
        {
            // Few enough for the pauses between attempts to stay short.
            var fails = failures < MostFailures && random.Next(4) == 0;
            if (!fails || stepIsDone)
                await step();
            if (fails)
            {
                failures++;
                throw new DependencyUnavailableException("lost");
            }
        }
    }

    private static RecordedLog NewLog(int seed, int records) =>
        new(seed, conversations: 3, records, epoch: Interlocked.Increment(ref s_epochs));

    private static async Task WithLeave(Task work, Turns turns)
    {
        try
        {
            await work;
        }
        finally
        {
            turns.Leave();
        }
    }

    /// <summary>Of one client id everybody was told the same message id.</summary>
    private static void AssertSameIds(IReadOnlyCollection<OutboundEvent> events) => Assert.All(
        events.Where(told => told.MessageId > 0 && told.ClientMessageId.Length > 0)
            .GroupBy(told => (told.Relation, told.User, told.ClientMessageId)),
        told => Assert.Single(told.Select(one => one.MessageId).Distinct()));

    /// <summary>The store holds what the fold of the whole log says, densely and each client id once; and all of it was told.</summary>
    private async Task AssertWholeAsync(RecordedLog log, IReadOnlyCollection<OutboundEvent> events)
    {
        foreach (var conversation in log.Conversations)
        {
            var expected = Fold(log, conversation);
            var stored = await new CassandraConversationStore(Session, Microsoft.Extensions.Options.Options.Create(CassandraKeyspace.Settings("any")))
                .ReadRangeAsync(conversation, 1, 1_000, Deadline.Token);
            Assert.Equal(Enumerable.Range(1, expected.Count), stored.Select(message => (int)message.MessageId));
            Assert.Equal(expected, stored.Select(message => message.Meta.ClientMessageId));
            Assert.Equal(stored.Count, stored.Select(message => (message.Meta.Sender, message.Meta.ClientMessageId)).Distinct().Count());

            var told = events.Where(one => one.Relation == conversation.Value && one.Kind == EventKind.Stored)
                .Select(one => (one.MessageId, one.ClientMessageId)).ToHashSet();
            Assert.Superset(stored.Select(message => (message.MessageId, message.Meta.ClientMessageId)).ToHashSet(), told);
        }
    }

    /// <summary>Client ids in the order of their message ids.</summary>
    private static List<Google.Protobuf.ByteString> Fold(RecordedLog log, ConversationId conversation)
    {
        var state = new ConversationState(null);
        return
        [
            .. log.Records.SelectMany(record => record.Entries)
                .Where(entry => entry.Relation == conversation.Value && entry.Kind == EntryKind.Message)
                .Where(entry => ConversationFold.Apply(state, entry, writtenAt: 0).Kind == DecisionKind.Stored)
                .Select(entry => entry.ClientMessageId),
        ];
    }

    /// <summary>A second keyspace, for what a single undisturbed worker leaves.</summary>
    public sealed class Reference : IAsyncDisposable
    {
        private ICassandraSession? _session;

        internal async Task<ICassandraSession> OpenAsync(CassandraKeyspace keyspaces)
        {
            if (_session is null)
            {
                var name = await keyspaces.CreateAsync();
                _session = CassandraKeyspace.Connector(name).Open(name);
            }

            return _session;
        }

        public ValueTask DisposeAsync() => _session?.DisposeAsync() ?? ValueTask.CompletedTask;
    }

    private sealed class DeathException : Exception;
}
