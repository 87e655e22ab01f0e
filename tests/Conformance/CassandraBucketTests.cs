using BrokerIm.Adapters.Production.Cassandra;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using Microsoft.Extensions.Options;

namespace BrokerIm.Tests.Conformance;

/// <summary>A conversation that fills several buckets reads as one.</summary>
public sealed class CassandraBucketTests(CassandraKeyspace keyspace) : IAsyncLifetime
{
    private CassandraConversationStore? _store;

    private CassandraConversationStore Store => _store!;

    public async ValueTask InitializeAsync()
    {
        var (session, _) = await keyspace.OpenAsync();
        var settings = CassandraKeyspace.Settings("any");
        settings.BatchRows = 500;
        _store = new(session, Options.Create(settings));
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Theory]
    [InlineData(4_095)]
    [InlineData(4_096)]
    [InlineData(4_097)]
    [InlineData(8_192)]
    [InlineData(8_193)]
    public async Task Head_is_the_last_message_whichever_side_of_a_boundary_it_is_on(int count)
    {
        var conversation = Fresh.Group();
        await WriteAsync(conversation, 1, count);

        Assert.Equal((uint)count, await HeadAsync(conversation));
        Assert.Equal((uint)count, await LoadAsync(conversation, offset: count));

        // Offsets are ids less one, so the bound leaves two messages fewer.
        Assert.Equal((uint)count - 2, await LoadAsync(conversation, offset: count - 2));
    }

    [Fact]
    public async Task Three_buckets_read_as_one_conversation()
    {
        var conversation = Fresh.Pair();
        await WriteAsync(conversation, 1, 9_000);

        Assert.Equal(Enumerable.Range(3_600, 1_024), await IdsAsync(conversation, 3_600, 4_623));
        Assert.Equal(Enumerable.Range(4_000, 4_800), await IdsAsync(conversation, 4_000, 8_799));
        Assert.Equal([4_096, 4_097], await IdsAsync(conversation, 4_096, 4_097));
        Assert.Equal(Enumerable.Range(8_990, 11), await IdsAsync(conversation, 8_990, 10_000));

        var window = await Store.LoadWindowAsync(conversation, LogPosition.Bound(1, 9_000), 4_200, untilMs: 0, max: 300, Deadline.Token);
        Assert.Equal(Enumerable.Range(3_900, 300).Reverse(), window.Select(head => (int)head.MessageId));

        var facts = await Store.FactsAsync([(conversation, 9_000), (conversation, 1), (conversation, 4_097), (conversation, 9_001), (conversation, 4_096)], Deadline.Token);
        Assert.Equal([9_000u, 1u, 4_097u, null, 4_096u], facts.Select(fact => fact?.MessageId));
        Assert.Equal(4_097_000ul, facts[2]!.Meta.TimeMs);
    }

    [Fact]
    public async Task Bound_in_a_lower_bucket_hides_all_of_the_higher_ones()
    {
        var conversation = Fresh.Pair();
        await WriteAsync(conversation, 1, 8_200);

        Assert.Equal(4_096u, await LoadAsync(conversation, offset: 4_096));
        Assert.Equal(4_097u, await LoadAsync(conversation, offset: 4_097));
        Assert.Equal(100u, await LoadAsync(conversation, offset: 100));
        Assert.Null(await LoadAsync(conversation, offset: 0));
    }

    [Fact]
    public async Task Head_is_found_while_another_process_writes_on()
    {
        var conversation = Fresh.Group();
        var (_, second) = await keyspace.OpenAsync();
        var reader = new CassandraConversationStore(second, Options.Create(CassandraKeyspace.Settings("any")));
        foreach (var (first, count) in new[] { (1, 4_000), (4_001, 96), (4_097, 1), (4_098, 5_000) })
        {
            await WriteAsync(conversation, first, count);
            Assert.Equal((uint)(first + count - 1), (await reader.HeadsAsync([conversation], Deadline.Token))[0]!.MessageId);
        }
    }

    private async Task WriteAsync(ConversationId conversation, int firstId, int count)
    {
        var batch = new StoreBatch();
        batch.Messages.AddRange(Fresh.Messages(conversation, (uint)firstId, count, firstOffset: firstId - 1));
        await Store.WriteAsync(batch, Deadline.Token);
    }

    private async Task<uint?> HeadAsync(ConversationId conversation) =>
        (await Store.HeadsAsync([conversation], Deadline.Token))[0]?.MessageId;

    private async Task<uint?> LoadAsync(ConversationId conversation, long offset) =>
        (await Store.LoadAsync([(conversation, LogPosition.Bound(1, offset))], Deadline.Token))[0]?.MessageId;

    private async Task<IEnumerable<int>> IdsAsync(ConversationId conversation, uint from, uint to) =>
        (await Store.ReadRangeAsync(conversation, from, to, Deadline.Token)).Select(message => (int)message.MessageId);
}
