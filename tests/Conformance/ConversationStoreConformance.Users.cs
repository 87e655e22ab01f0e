using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;

namespace BrokerIm.Tests.Conformance;

/// <summary>What is kept per user, and what Persist keeps for itself.</summary>
public abstract partial class ConversationStoreConformance
{
    [Fact]
    public async Task Activity_is_listed_newest_first()
    {
        var user = Fresh.User();
        var conversations = Enumerable.Range(0, 60)
            .Select(i => i % 3 == 0 ? Fresh.Group() : ConversationId.Pair(user, Fresh.User())).ToArray();
        await WriteActivitiesAsync([.. conversations.Select(
            (conversation, i) => new ActivityRow(user, conversation, 1_000 + (i * 7 % 60), new(1, 0, i, 0)))]);

        var expected = conversations.Select((conversation, i) => new ConversationActivity(conversation, 1_000 + (i * 7 % 60)))
            .OrderByDescending(activity => activity.ActivityMs).ToList();
        Assert.Equal(expected, await Store.ConversationsOfAsync(user, 0, 1_000, Deadline.Token));
        Assert.Equal(expected.Take(7), await Store.ConversationsOfAsync(user, 0, 7, Deadline.Token));
        Assert.Equal(expected.Take(10), await Store.ConversationsOfAsync(user, 1_050, 1_000, Deadline.Token));
        Assert.Empty(await Store.ConversationsOfAsync(user, 1_060, 1_000, Deadline.Token));
        Assert.Empty(await Store.ConversationsOfAsync(Fresh.User(), 0, 1_000, Deadline.Token));
    }

    [Fact]
    public async Task Activity_moves_with_the_log_position_and_not_with_the_clock()
    {
        var user = Fresh.User();
        var conversation = ConversationId.Pair(user, Fresh.User());
        foreach (var (activityMs, offset) in new[] { (500L, 10L), (900, 12), (700, 11), (645, 13), (650, 13), (640, 13) })
            await WriteActivitiesAsync(new ActivityRow(user, conversation, activityMs, new(1, 0, offset, 0)));

        Assert.Equal([new(conversation, 650)], await Store.ConversationsOfAsync(user, 0, 10, Deadline.Token));
    }

    [Fact]
    public async Task Both_users_of_a_pair_have_their_own_activity()
    {
        var (one, other) = (Fresh.User(), Fresh.User());
        var pair = ConversationId.Pair(one, other);
        await WriteActivitiesAsync(
            new ActivityRow(one, pair, 100, new(1, 0, 1, 0)), new ActivityRow(other, pair, 200, new(1, 0, 2, 0)));

        Assert.Equal([new(pair, 100)], await Store.ConversationsOfAsync(one, 0, 10, Deadline.Token));
        Assert.Equal([new(pair, 200)], await Store.ConversationsOfAsync(other, 0, 10, Deadline.Token));
    }

    [Fact]
    public async Task Read_marks_never_fall_whatever_the_order()
    {
        var (user, group) = (Fresh.User(), Fresh.Group());
        foreach (var mark in new uint[] { 5, 9, 7, 3, 9 })
            await WriteReadMarksAsync(new ReadMarkRow(user, group, mark));

        Assert.Equal([9u], await Store.ReadMarksAsync([(user, group)], Deadline.Token));
    }

    [Fact]
    public async Task Read_marks_come_in_the_order_asked_and_0_where_there_is_none()
    {
        var (one, other) = (Fresh.User(), Fresh.User());
        var (pair, group) = (ConversationId.Pair(one, other), Fresh.Group());
        await WriteReadMarksAsync(new(one, pair, 4), new(other, pair, 6), new(other, group, 8));

        Assert.Equal(
            [6u, 0u, 4u, 8u, 0u],
            await Store.ReadMarksAsync(
                [(other, pair), (one, group), (one, pair), (other, group), (one, ConversationId.Pair(one, Fresh.User()))],
                Deadline.Token));
    }

    [Fact]
    public async Task Progress_only_grows()
    {
        var epoch = Fresh.Epoch();
        var (first, second) = (Fresh.Number(), Fresh.Number());
        await Store.WriteProgressAsync(epoch, [(first, 10), (second, 20)], Deadline.Token);
        await Store.WriteProgressAsync(epoch, [(first, 15), (second, 5)], Deadline.Token);

        var progress = await Another.ReadProgressAsync(epoch, Deadline.Token);
        Assert.Equal((15, 20), (progress[first], progress[second]));
        Assert.DoesNotContain(first, (await Store.ReadProgressAsync(epoch + 2_000, Deadline.Token)).Keys);
    }

    [Fact]
    public async Task Skips_are_listed_from_an_offset_on()
    {
        var (epoch, partition) = (Fresh.Epoch(), Fresh.Number());
        LogPosition[] skipped = [At(3, 0), At(5, -1), At(5, 7), At(6, 4_095)];
        for (var repeat = 0; repeat < 2; repeat++)
        {
            var batch = new StoreBatch();
            batch.Skips.AddRange(skipped.Append(At(9, 0) with { Partition = partition - 1 }).Select(at => new SkipRow(at, "why")));
            await Store.WriteAsync(batch, Deadline.Token);
        }

        Assert.Equal(skipped, await Store.ReadSkipsAsync(epoch, partition, 0, Deadline.Token));
        Assert.Equal(skipped.Skip(1), await Store.ReadSkipsAsync(epoch, partition, 4, Deadline.Token));
        Assert.Empty(await Store.ReadSkipsAsync(epoch, partition, 7, Deadline.Token));

        LogPosition At(long offset, int index) => new(epoch, partition, offset, index);
    }

    private Task WriteActivitiesAsync(params ActivityRow[] rows)
    {
        var batch = new StoreBatch();
        batch.Activities.AddRange(rows);
        return Store.WriteAsync(batch, Deadline.Token).AsTask();
    }

    private Task WriteReadMarksAsync(params ReadMarkRow[] rows)
    {
        var batch = new StoreBatch();
        batch.ReadMarks.AddRange(rows);
        return Store.WriteAsync(batch, Deadline.Token).AsTask();
    }
}
