using BrokerIm.Adapters.Production.Cassandra;
using BrokerIm.Contracts.Records;
using BrokerIm.Core.Values;
using BrokerIm.Tests.Conformance;

namespace BrokerIm.Tests.Unit.Cassandra;

/// <summary>Newest messages are found in few reads, however long the conversation is.</summary>
public sealed class HeadFinderTests
{
    private readonly RecordingCassandra _cassandra = new();
    private readonly BucketHints _hints = new();
    private readonly ConversationId _conversation = Fresh.Pair();
    private uint _head;
    private int _reads;

    public HeadFinderTests() => _cassandra.OnRead = Read;

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    [InlineData(4_095, 1)]
    [InlineData(4_096, 2)]
    [InlineData(4_097, 2)]
    [InlineData(8_192, 4)]
    [InlineData(12_289, 5)]
    [InlineData(1_000_000, 17)]
    [InlineData(90_000_000, 31)]
    public async Task Head_is_found_without_a_hint(int head, int maxReads)
    {
        Assert.Equal(head, await FindAsync((uint)head));
        Assert.InRange(_reads, 1, maxReads);
    }

    [Fact]
    public async Task Head_is_found_at_every_length_from_every_hint()
    {
        for (uint hinted = 1; hinted < 10 * Buckets.Size; hinted += Buckets.Size)
        {
            for (uint head = 1; head < 12 * Buckets.Size; head += Buckets.Size / 2)
            {
                await FindAsync(hinted);
                Assert.Equal((int)head, await FindAsync(head));
            }
        }
    }

    [Fact]
    public async Task Hint_makes_it_one_read_and_two_where_the_bucket_has_just_become_full()
    {
        await FindAsync(1_000_000);
        _reads = 0;
        await FindAsync(1_000_100);
        Assert.Equal(1, _reads);

        var last = Buckets.LastId(Buckets.Of(1_000_100));
        _reads = 0;
        Assert.Equal((int)last + 1, await FindAsync(last + 1));
        Assert.Equal(2, _reads);
    }

    [Fact]
    public async Task Full_memory_of_hints_forgets_and_still_finds()
    {
        var hints = new BucketHints(capacity: 10);
        _head = 1_000_000;
        var finder = new HeadFinder(_cassandra, hints);
        for (var i = 0; i < 100; i++)
            Assert.Equal(1_000_000u, (await finder.NewestAsync(Fresh.Pair(), Deadline.Token))!.Value.Head.MessageId);
    }

    private async Task<int> FindAsync(uint head)
    {
        _head = head;
        return (int)((await new HeadFinder(_cassandra, _hints).NewestAsync(_conversation, Deadline.Token))?.Head.MessageId ?? 0);
    }

    private IEnumerable<object> Read(CassandraStatement statement, object key)
    {
        _reads++;
        Assert.Same(ConversationStatements.Newest, statement);
        var (_, bucket) = ((ConversationId, int))key;
        if (_head >= Buckets.FirstId(bucket))
            yield return new WrittenHead(new(Math.Min(_head, Buckets.LastId(bucket)), new MessageMeta()), 1);
    }
}
