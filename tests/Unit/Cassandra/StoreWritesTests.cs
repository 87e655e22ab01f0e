using BrokerIm.Adapters.Production.Cassandra;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using BrokerIm.Tests.Conformance;
using Microsoft.Extensions.Options;

namespace BrokerIm.Tests.Unit.Cassandra;

/// <summary>How a batch of the log becomes requests.</summary>
public sealed class StoreWritesTests
{
    private readonly RecordingCassandra _cassandra = new();
    private readonly CassandraOptions _options = new() { BatchRows = 10, BatchBytes = 10_000, ConcurrentWrites = 4, SharedRequestKeys = 1 };

    private CassandraConversationStore Store => new(_cassandra, Options.Create(_options));

    [Fact]
    public async Task Rows_of_a_conversation_share_requests_up_to_the_limit_and_stay_in_order()
    {
        var (one, other) = (Fresh.Pair(), Fresh.Group());
        await WriteAsync([.. Mixed(Rows(one, 1, 25), Rows(other, 1, 11))]);

        Assert.Equal([10, 10, 5], RequestsOf(one).Select(rows => rows.Length));
        Assert.Equal([10, 1], RequestsOf(other).Select(rows => rows.Length));
        Assert.Equal(Enumerable.Range(1, 25), RequestsOf(one).SelectMany(rows => rows).Select(row => (int)row.MessageId));
    }

    [Fact]
    public async Task Request_never_crosses_a_bucket_and_the_lower_bucket_is_acknowledged_first()
    {
        var conversation = Fresh.Pair();
        var acknowledged = 0;
        _cassandra.OnWrite = async (_, rows) =>
        {
            if (((MessageRow)rows[0]).MessageId > Buckets.Size)
                Assert.Equal(1, Volatile.Read(ref acknowledged));
            await Task.Yield();
            Interlocked.Increment(ref acknowledged);
        };

        await WriteAsync([.. Rows(conversation, Buckets.Size - 1, 4)]);

        Assert.Equal([[4_095u, 4_096u], [4_097u, 4_098u]], RequestsOf(conversation).Select(rows => rows.Select(row => row.MessageId)));
    }

    [Fact]
    public async Task Bytes_close_a_request_and_a_larger_row_goes_alone()
    {
        var conversation = Fresh.Pair();
        int[] sizes = [4_000, 4_000, 4_000, 50_000, 10, 10];
        await WriteAsync([.. sizes.Select((size, i) => new MessageRow(
            conversation, (uint)i + 1, new(1, 0, i, 0), new byte[10], new byte[size]))]);

        Assert.Equal([[1u, 2u], [3u], [4u], [5u, 6u]], RequestsOf(conversation).Select(rows => rows.Select(row => row.MessageId)));
    }

    [Fact]
    public async Task One_request_of_a_conversation_is_under_way_and_so_many_altogether()
    {
        var busy = new HashSet<ConversationId>();
        var all = new TaskCompletionSource();
        _cassandra.OnWrite = async (_, rows) =>
        {
            var conversation = ((MessageRow)rows[0]).Conversation;
            lock (busy)
            {
                Assert.True(busy.Add(conversation));
                if (busy.Count == _options.ConcurrentWrites)
                    all.TrySetResult();
            }

            await all.Task.WaitAsync(Deadline.Patience);
            lock (busy)
                busy.Remove(conversation);
        };

        await WriteAsync([.. Mixed([.. Enumerable.Range(0, 20).Select(_ => Rows(Fresh.Pair(), 1, 35))])]);

        Assert.Equal(_options.ConcurrentWrites, _cassandra.MostAtOnce);
        Assert.Equal(20 * 4, _cassandra.Writes.Count);
    }

    [Fact]
    public async Task Failure_comes_when_the_others_have_ended_and_no_more_are_begun()
    {
        var failed = new TaskCompletionSource();
        var held = new TaskCompletionSource();
        _cassandra.OnWrite = async (_, rows) =>
        {
            if (_cassandra.Writes.Count == _options.ConcurrentWrites)
            {
                failed.SetResult();
                throw new DependencyUnavailableException("down");
            }

            await held.Task;
        };

        var writing = WriteAsync([.. Mixed([.. Enumerable.Range(0, 20).Select(_ => Rows(Fresh.Pair(), 1, 1))])]);
        await failed.Task.WaitAsync(Deadline.Patience, TestContext.Current.CancellationToken);
        Assert.False(writing.IsCompleted);

        held.SetResult();
        await Assert.ThrowsAsync<DependencyUnavailableException>(() => writing);
        Assert.Equal(0, _cassandra.UnderWay);
        Assert.Equal(_options.ConcurrentWrites, _cassandra.Writes.Count);
    }

    [Fact]
    public async Task What_is_kept_per_user_shares_a_request_per_user()
    {
        var (one, other) = (Fresh.User(), Fresh.User());
        var batch = new StoreBatch();
        for (var i = 0; i < 12; i++)
        {
            batch.Activities.Add(new(one, Fresh.Group(), i, new(1, 0, i, 0)));
            batch.ReadMarks.Add(new(i % 2 == 0 ? one : other, Fresh.Group(), 1));
        }

        await Store.WriteAsync(batch, Deadline.Token);

        Assert.Equal([2, 10], SizesOf(ConversationStatements.WriteActivity));
        Assert.Equal([6, 6], SizesOf(ConversationStatements.WriteReadMark));
    }

    [Fact]
    public async Task Conversations_with_few_rows_share_requests_and_every_row_is_written_once_and_in_order()
    {
        _options.SharedRequestKeys = 3;
        List<List<MessageRow>> conversations = [.. Enumerable.Range(0, 20).Select(i => Rows(Fresh.Pair(), 1, (i % 4) + 1))];
        await WriteAsync([.. Mixed([.. conversations])]);

        // By threes: 1+2+3, 4+1+2, 3+4+1, 2+3+4, and so on; the last two are left.
        Assert.Equal([6, 6, 7, 7, 7, 8, 9], SizesOf(ConversationStatements.WriteMessage).Order());
        foreach (var rows in conversations)
            Assert.Equal(rows, Assert.Single(RequestsOf(rows[0].Conversation)));
    }

    [Fact]
    public async Task Shared_request_is_within_the_limits_and_whoever_does_not_fit_goes_alone()
    {
        _options.SharedRequestKeys = 10;
        var (many, divided, large) = (Fresh.Pair(), Fresh.Pair(), Fresh.Pair());
        List<MessageRow> largeRow = [new(large, 1, new(1, 0, 1, 0), new byte[10], new byte[20_000])];
        List<List<MessageRow>> small = [.. Enumerable.Range(0, 5).Select(_ => Rows(Fresh.Pair(), 1, 4))];
        await WriteAsync([.. Mixed([Rows(many, 1, 11), Rows(divided, Buckets.Size, 2), largeRow, .. small])]);

        Assert.Equal([10, 1], RequestsOf(many).Select(rows => rows.Length));
        Assert.Equal([1, 1], RequestsOf(divided).Select(rows => rows.Length));
        Assert.Equal([1], RequestsOf(large).Select(rows => rows.Length));
        Assert.Equal([1, 1, 1, 1, 4, 8, 8, 10], SizesOf(ConversationStatements.WriteMessage).Order());
    }

    private static List<MessageRow> Rows(ConversationId conversation, uint firstId, int count) =>
        [.. Enumerable.Range(0, count).Select(i => new MessageRow(
            conversation, firstId + (uint)i, new(1, 0, firstId + i, 0), new byte[30], new byte[100]))];

    /// <summary>As they would come out of the log: a row of each in turn.</summary>
    private static IEnumerable<MessageRow> Mixed(params List<MessageRow>[] conversations)
    {
        for (var i = 0; i < conversations.Max(rows => rows.Count); i++)
        {
            foreach (var rows in conversations.Where(rows => i < rows.Count))
                yield return rows[i];
        }
    }

    private Task WriteAsync(params MessageRow[] rows)
    {
        var batch = new StoreBatch();
        batch.Messages.AddRange(rows);
        return Store.WriteAsync(batch, Deadline.Token).AsTask();
    }

    private IEnumerable<MessageRow[]> RequestsOf(ConversationId conversation) => _cassandra.Writes
        .Select(write => write.Rows.Cast<MessageRow>().Where(row => row.Conversation == conversation).ToArray())
        .Where(rows => rows.Length > 0);

    private IEnumerable<int> SizesOf(CassandraStatement statement) =>
        _cassandra.Writes.Where(write => write.Statement == statement).Select(write => write.Rows.Length).Order();
}
