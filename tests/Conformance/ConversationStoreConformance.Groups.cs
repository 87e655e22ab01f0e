using BrokerIm.Contracts.Records;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using Google.Protobuf;

namespace BrokerIm.Tests.Conformance;

/// <summary>Groups, who is in them, and what users took off their lists.</summary>
public abstract partial class ConversationStoreConformance
{
    [Fact]
    public async Task Facts_of_a_group_are_those_of_its_newest_event_below_the_bound()
    {
        var group = Fresh.Group().GroupId;
        await WriteAsync(batch =>
        {
            foreach (var version in new uint[] { 2, 1, 3 })
                batch.GroupEvents.Add(new(group, At(version * 10), new GroupFacts { Name = "friends", Version = version }.ToByteArray()));
        });

        Assert.Contains(group, await Store.AllGroupsAsync(Deadline.Token));
        Assert.Equal([3u, null], (await Store.GroupsAsync([group, Fresh.Group().GroupId], Deadline.Token)).Select(facts => facts?.Version));
        var bounds = new (uint, long)[] { (group, Bound(10)), (group, Bound(11)), (group, Bound(30)), (group, Bound(31)) };
        Assert.Equal([null, 1u, 2u, 3u], (await Store.LoadGroupsAsync(bounds, Deadline.Token)).Select(facts => facts?.Version));
    }

    [Fact]
    public async Task A_membership_is_an_interval_and_below_a_bound_as_it_was_there()
    {
        var (group, user) = (Fresh.Group().GroupId, Fresh.User());
        var (joined, left, again) = (At(10), At(20), At(30));
        await WriteAsync(batch => batch.Joins.Add(new(group, user, joined, Head: 0)));
        await WriteAsync(batch => batch.Leaves.Add(new(group, user, joined.WriteTimestamp, left, Head: 5)));
        await WriteAsync(batch => batch.Joins.Add(new(group, user, again, Head: 8)));

        var first = new Membership(user, joined.WriteTimestamp, JoinHead: 0, left.WriteTimestamp, LeaveHead: 5);
        var second = new Membership(user, again.WriteTimestamp, JoinHead: 8);
        Assert.Equal([second, null], await Store.MembershipsAsync([(group, user), (group, Fresh.User())], Deadline.Token));
        Assert.Equal([first, second], await Store.MembersAsync(group, Deadline.Token));

        var bounds = new[] { 10, 11, 20, 21, 30, 31 }.Select(offset => (group, user, Bound(offset))).ToList();
        var open = first with { LeftAt = 0, LeaveHead = 0 };
        Assert.Equal([null, open, open, first, first, second], await Store.LoadMembershipsAsync(bounds, Deadline.Token));
    }

    [Fact]
    public async Task A_users_groups_follow_from_the_newest_join_or_leave_whatever_the_order()
    {
        var (user, stays, goes) = (Fresh.User(), Fresh.Group().GroupId, Fresh.Group().GroupId);
        await WriteAsync(batch =>
        {
            batch.Joins.Add(new(stays, user, At(30), Head: 7));
            batch.Joins.Add(new(goes, user, At(10), Head: 1));
            batch.Leaves.Add(new(goes, user, At(10).WriteTimestamp, At(20), Head: 2));
        });

        // A replay writes everything once more, the older after the newer.
        await WriteAsync(batch => batch.Joins.Add(new(stays, user, At(5), Head: 3)));
        await WriteAsync(batch => batch.Leaves.Add(new(stays, user, At(5).WriteTimestamp, At(6), Head: 4)));
        await WriteAsync(batch => batch.Joins.Add(new(goes, user, At(10), Head: 1)));

        Assert.Equal([new(stays, 7)], await Store.GroupsOfAsync(user, Deadline.Token));
        Assert.Empty(await Store.GroupsOfAsync(Fresh.User(), Deadline.Token));
        Assert.False((await Store.MembershipsAsync([(goes, user)], Deadline.Token))[0]!.Value.IsOpen);
    }

    [Fact]
    public async Task A_shield_is_kept_with_the_membership_and_the_later_word_counts()
    {
        var (group, user, joined) = (Fresh.Group().GroupId, Fresh.User(), At(10));
        await WriteAsync(batch => batch.Joins.Add(new(group, user, joined, Head: 0)));
        Assert.False(await IsShieldedAsync());

        await WriteAsync(batch => batch.Shields.Add(new(group, user, joined.WriteTimestamp, On: true, At(12))));
        Assert.True(await IsShieldedAsync());
        await WriteAsync(batch => batch.Shields.Add(new(group, user, joined.WriteTimestamp, On: false, At(11))));
        Assert.True(await IsShieldedAsync());
        await WriteAsync(batch => batch.Shields.Add(new(group, user, joined.WriteTimestamp, On: false, At(13))));
        Assert.False(await IsShieldedAsync());

        async Task<bool> IsShieldedAsync() => (await Store.MembershipsAsync([(group, user)], Deadline.Token))[0]!.Value.Shielded;
    }

    [Fact]
    public async Task Many_members_are_all_there_and_in_order()
    {
        const int Members = 6_000;
        var group = Fresh.Group().GroupId;
        var first = (uint)Fresh.Number() / 2;
        await WriteAsync(batch =>
        {
            for (var i = 0; i < Members; i++)
                batch.Joins.Add(new(group, new(first + (uint)i), At(10), Head: 0));
        });

        var members = await Another.MembersAsync(group, Deadline.Token);
        Assert.Equal(Enumerable.Range(0, Members).Select(i => first + (uint)i), members.Select(member => member.User.Value));
    }

    [Fact]
    public async Task Removals_never_fall_and_leave_the_read_marks_alone()
    {
        var (user, group) = (Fresh.User(), Fresh.Group());
        foreach (var removed in new uint[] { 5, 9, 7 })
            await WriteAsync(batch => batch.Removals.Add(new(user, group, removed)));
        await WriteAsync(batch => batch.ReadMarks.Add(new(user, group, 3)));

        Assert.Equal([9u, 0u], await Store.RemovalsAsync([(user, group), (user, Fresh.Group())], Deadline.Token));
        Assert.Equal([3u], await Store.ReadMarksAsync([(user, group)], Deadline.Token));
    }

    private static LogPosition At(long offset) => new(1, 0, offset, 0);

    private static long Bound(long offset) => LogPosition.Bound(1, offset);

    private async Task WriteAsync(Action<StoreBatch> fill)
    {
        var batch = new StoreBatch();
        fill(batch);
        await Store.WriteAsync(batch, Deadline.Token);
    }
}
