using BrokerIm.Client;
using BrokerIm.Client.Events;
using BrokerIm.Contracts.Wire;

namespace BrokerIm.Tests.Unit.Client;

public sealed class NoticesTests
{
    private readonly Notices _notices = new(capacity: 3);

    [Fact]
    public void Latest_state_of_each_thing_waits()
    {
        _notices.Put(new UserTyping(2, IsTyping: true));
        _notices.Put(new UserStatusChanged(2, UserStatType.Online));
        _notices.Put(new SignatureChanged(2, "old"));
        _notices.Put(new AvatarChanged(2, "a.png"));
        _notices.Put(new SignatureChanged(2, "new"));
        _notices.Put(new UserTyping(2, IsTyping: false));
        Assert.Equal(
            [
                new UserStatusChanged(2, UserStatType.Online), new AvatarChanged(2, "a.png"), new SignatureChanged(2, "new"),
                new UserTyping(2, IsTyping: false),
            ],
            TakeAll());
    }

    [Fact]
    public void Changes_of_a_group_that_wait_come_as_one_and_lose_nobody()
    {
        _notices.Put(new GroupMembersChanged(5, By: 1, Added: [3, 4], Removed: [], Members: [1, 2, 3, 4]));
        _notices.Put(new GroupMembersChanged(6, By: 9, Added: [9], Removed: [], Members: [9]));
        _notices.Put(new GroupMembersChanged(5, By: 2, Added: [], Removed: [4, 2], Members: [1, 3]));
        _notices.Put(new GroupMembersChanged(5, By: 1, Added: [2, 7], Removed: [], Members: [1, 2, 3, 7]));

        Assert.Equal(6u, Take<GroupMembersChanged>().Group);
        var merged = Take<GroupMembersChanged>();
        Assert.Equal((5u, 1u), (merged.Group, merged.By));
        Assert.Equal([3u, 7u], merged.Added.Order());
        Assert.Empty(merged.Removed);
        Assert.Equal([1u, 2u, 3u, 7u], merged.Members);
    }

    [Fact]
    public void What_was_said_waits_each_on_its_own_until_there_is_too_much()
    {
        for (var number = 1; number <= 5; number++)
            _notices.Put(new P2PReceived(2, 1, $"{number}"));
        Assert.Equal(["3", "4", "5"], TakeAll().Cast<P2PReceived>().Select(said => said.Data));
    }

    private T Take<T>()
        where T : ImEvent
    {
        Assert.True(_notices.TryTake(out var notice));
        return Assert.IsType<T>(notice);
    }

    private List<ImEvent> TakeAll()
    {
        List<ImEvent> all = [];
        while (_notices.TryTake(out var notice))
            all.Add(notice);
        return all;
    }
}
