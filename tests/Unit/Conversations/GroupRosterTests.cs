using BrokerIm.Core.Conversations;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;

namespace BrokerIm.Tests.Unit.Conversations;

public sealed class GroupRosterTests
{
    private static readonly UserId s_one = new(1);
    private static readonly UserId s_two = new(2);
    private static readonly UserId s_three = new(3);

    [Fact]
    public void A_message_is_seen_by_those_whose_stay_it_belongs_to()
    {
        var roster = new GroupRoster([new(s_one, 10, 0), new(s_two, 10, 0, LeftAt: 20, LeaveHead: 5), new(s_three, 20, 5)]);

        Assert.Equal([s_one, s_two], roster.SeersOf(5).Order());
        Assert.Equal([s_one, s_three], roster.SeersOf(6).Order());
        Assert.Equal((2, 20L), (roster.Count, roster.LastChange));
    }

    [Fact]
    public void Events_are_followed()
    {
        var roster = new GroupRoster([new(s_one, 10, 0)]);
        roster.SeersOf(1);

        roster.Join([s_two], position: 20, head: 1);
        Assert.Equal([s_one, s_two], roster.SeersOf(2).Order());
        roster.Leave([s_one], position: 30, head: 2);

        Assert.Equal([s_one, s_two], roster.SeersOf(2).Order());
        Assert.Equal([s_two], roster.SeersOf(3));
        Assert.Equal([s_two], roster.Members);
        Assert.True(roster.Sees(s_one, 2));
        Assert.False(roster.Sees(s_one, 3));
    }

    /// <summary>The store is written before the events are told, so a copy may know of them; being told changes nothing.</summary>
    [Fact]
    public void Events_that_the_copy_knows_already_change_nothing()
    {
        Membership[] stored =
            [new(s_one, 10, 0), new(s_two, 10, 0, LeftAt: 20, LeaveHead: 3), new(s_two, 30, 3), new(s_three, 25, 3, LeftAt: 40, LeaveHead: 4)];
        var (roster, told) = (new GroupRoster(stored), new GroupRoster(stored));

        told.Leave([s_two], position: 20, head: 3);
        told.Join([s_three], position: 25, head: 3);
        told.Join([s_two], position: 30, head: 3);
        told.Leave([s_three], position: 40, head: 4);

        for (var id = 1u; id <= 6; id++)
            Assert.Equal(roster.SeersOf(id).Order(), told.SeersOf(id).Order());
        Assert.Equal((roster.Count, roster.LastChange), (told.Count, told.LastChange));
    }

    /// <summary>Random joins and leaves: following events from any copy of the store gives what the whole history gives.</summary>
    [Fact]
    public void A_copy_from_any_moment_and_the_events_after_it_tell_the_same()
    {
        for (var seed = 0; seed < 50; seed++)
        {
            var random = new Random(seed);
            var whole = new GroupRoster([]);
            var stays = new List<Membership>();
            var events = new List<(bool Left, UserId User, long Position, uint Head)>();
            var head = 0u;
            for (var position = 1L; position <= 60; position++)
            {
                head += (uint)random.Next(3);
                var user = new UserId((uint)random.Next(1, 6));
                var open = stays.FindIndex(stay => stay.User == user && stay.IsOpen);
                events.Add((open >= 0, user, position, head));
                if (open >= 0)
                    stays[open] = stays[open] with { LeftAt = position, LeaveHead = head };
                else
                    stays.Add(new(user, position, head));
                Tell(whole, events[^1]);
            }

            var copiedAt = random.Next(events.Count);
            var copy = new GroupRoster([.. stays.Where(stay => stay.JoinedAt <= copiedAt).Select(stay => stay.Before(copiedAt + 1))
                .OrderBy(stay => stay.User.Value).ThenBy(stay => stay.JoinedAt)]);
            foreach (var told in events.Skip(random.Next(copiedAt + 1)))
                Tell(copy, told);

            for (var id = 1u; id <= head + 1; id++)
                Assert.Equal(whole.SeersOf(id).Order(), copy.SeersOf(id).Order());
        }

        static void Tell(GroupRoster roster, (bool Left, UserId User, long Position, uint Head) told)
        {
            if (told.Left)
                roster.Leave([told.User], told.Position, told.Head);
            else
                roster.Join([told.User], told.Position, told.Head);
        }
    }
}
