using BrokerIm.Client;
using BrokerIm.Contracts.Wire;
using BrokerIm.Tests.Support;

namespace BrokerIm.Tests.Flow;

public abstract partial class ChatGuarantees
{
    private const int Stays = 8;

    [Fact]
    public async Task A_group_message_reaches_every_device_of_every_member_but_the_sending_one()
    {
        var users = await _installation.AddUsersAsync(3, Token);
        await using var alice = await _installation.ConnectAsync(users[0], Token);
        await using var phone = await _installation.ConnectAsync(users[0], Token, ClientType.Android);
        await using var bob = await _installation.ConnectAsync(users[1], Token, ClientType.Mac);
        await using var bobsPhone = await _installation.ConnectAsync(users[1], Token, ClientType.Ios);
        await using var stranger = await _installation.ConnectAsync(users[2], Token);

        var made = await alice.CreateGroupAsync("friends", [bob.Self.UserId], "", Token).Soon();
        var group = Peer.Group(made.Group);
        foreach (var device in new[] { phone, bob, bobsPhone })
        {
            var told = await device.NextAsync<GroupMembersChanged>();
            Assert.Equal((made.Group, alice.Self.UserId), (told.Group, told.By));
            Assert.Equal([alice.Self.UserId, bob.Self.UserId], told.Members.Order());
        }

        var sent = await alice.SendTextAsync(group, "hello", Token).Soon();
        Assert.Equal((1u, SendStatus.Stored), (sent.MessageId, sent.Status));
        foreach (var device in new[] { phone, bob, bobsPhone })
        {
            var message = (await device.NextAsync<MessageReceived>()).Message;
            Assert.Equal((group, 1u, alice.Self.UserId, "hello"), (message.Peer, message.Id, message.From, message.Text));
        }

        // Behind the answer, so what should not have come would have come before it.
        Assert.Equal(2u, (await bob.SendTextAsync(group, "hi", Token).Soon()).MessageId);
        Assert.Equal((group, 2u), (await alice.NextAsync<MessageReceived>()).Message switch { var message => (message.Peer, message.Id) });
        await alice.SendTextAsync(stranger.Self.UserId, "just you", Token).Soon();
        Assert.Equal("just you", (await stranger.NextAsync<MessageReceived>()).Message.Text);
        Assert.Empty(await stranger.GetHistoryAsync(group, 0, 10, Token).Soon());
        await Assert.ThrowsAsync<SendRefusedException>(() => stranger.SendTextAsync(group, "let me in", Token).Soon());
    }

    [Fact]
    public async Task Members_added_and_removed_under_load_see_what_is_said_while_they_are_in_and_nothing_else()
    {
        var users = await _installation.AddUsersAsync(4, Token);
        await using var alice = await _installation.ConnectAsync(users[0], Token);
        await using var bob = await _installation.ConnectAsync(users[1], Token);
        await using var carol = await _installation.ConnectAsync(users[2], Token);
        await using var guest = await _installation.ConnectAsync(users[3], Token);
        await using var guestsPhone = await _installation.ConnectAsync(users[3], Token, ClientType.Android);
        var made = await alice.CreateGroupAsync("busy", [bob.Self.UserId, carol.Self.UserId], "", Token).Soon();
        var group = Peer.Group(made.Group);

        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var talking = Task.WhenAll(Enumerable.Range(0, Outstanding).Select(_ => TalkAsync()));
        List<(uint Before, uint First, uint Last, uint After)> stays = [];
        for (var stay = 0; stay < Stays; stay++)
        {
            // Said by the one who adds and removes, so each of these is known to be inside or outside.
            var before = await SayAsync("before");
            await alice.AddMembersAsync(made.Group, [guest.Self.UserId], Token).Soon();
            var first = await SayAsync("first");
            for (var i = 0; i < 5; i++)
                await SayAsync("between");
            var last = await SayAsync("last");
            await alice.RemoveMembersAsync(made.Group, [guest.Self.UserId], Token).Soon();
            stays.Add((before, first, last, await SayAsync("after")));
        }

        await enough.CancelAsync();
        await talking;
        var end = await SayAsync("end");
        await alice.SendTextAsync(guest.Self.UserId, "that was all", Token).Soon();

        foreach (var device in new[] { guest, guestsPhone })
        {
            var seen = await SeenAsync(device, stays[^1].Last);
            Assert.Equal(seen.Order().Distinct(), seen);
            Assert.All(stays, stay =>
            {
                var inside = seen.Where(id => id > stay.Before && id < stay.After).ToList();
                Assert.Equal(Enumerable.Range((int)inside[0], inside.Count).Select(id => (uint)id), inside);
                Assert.InRange(stay.First, inside[0], inside[^1]);
                Assert.InRange(stay.Last, inside[0], inside[^1]);
            });
            Assert.All(seen, id => Assert.Contains(stays, stay => id > stay.Before && id < stay.After));
        }

        List<uint> all = [];
        while (all.Count == 0 || all[^1] < end)
            all.Add((await carol.NextAsync<MessageReceived>()).Message.Id);
        Assert.Equal(Enumerable.Range(1, (int)end).Select(id => (uint)id), all);
        Assert.Empty(await guest.GetHistoryAsync(group, 0, 10, Token).Soon());

        async Task<uint> SayAsync(string text) => (await alice.SendTextAsync(group, text, Token).Soon()).MessageId;

        async Task TalkAsync()
        {
            while (!enough.IsCancellationRequested)
                await bob.SendTextAsync(group, "and so on", Token);
        }

        // Both what was said in the group and the message behind it, which comes in a conversation of its own.
        async Task<List<uint>> SeenAsync(ImClient device, uint last)
        {
            List<uint> seen = [];
            for (var isOver = false; !isOver || seen.Count == 0 || seen[^1] < last;)
            {
                var message = (await device.NextAsync<MessageReceived>()).Message;
                if (message.Peer == group)
                    seen.Add(message.Id);
                else
                    isOver = true;
            }

            return seen;
        }
    }

    [Fact]
    public async Task What_was_missed_of_a_group_offline_is_unread_and_in_the_history_from_the_joining_on()
    {
        var users = await _installation.AddUsersAsync(3, Token);
        await using var alice = await _installation.ConnectAsync(users[0], Token);
        await using var carol = await _installation.ConnectAsync(users[2], Token);
        uint bobsId;
        await using (var bob = await _installation.ConnectAsync(users[1], Token))
            bobsId = bob.Self.UserId;

        var made = await alice.CreateGroupAsync("friends", [carol.Self.UserId], "", Token).Soon();
        var group = Peer.Group(made.Group);
        await alice.SendTextAsync(group, "message 1", Token).Soon();
        await alice.AddMembersAsync(made.Group, [bobsId], Token).Soon();
        for (var i = 2; i <= 6; i++)
            await alice.SendTextAsync(group, $"message {i}", Token).Soon();

        await using var again = await _installation.ConnectAsync(users[1], Token);
        await using var phone = await _installation.ConnectAsync(users[1], Token, ClientType.Ios);
        var unread = Assert.Single(await again.GetUnreadAsync(Token));
        Assert.Equal(
            (made.Group, SessionType.Group, 5u, 6u), (unread.SessionId, unread.SessionType, unread.UnreadCnt, unread.LatestMsgId));
        var recent = Assert.Single(await again.GetRecentSessionsAsync(default, Token));
        Assert.Equal((made.Group, SessionType.Group, 6u), (recent.SessionId, recent.SessionType, recent.LatestMsgId));
        var info = await again.GetGroupInfoAsync(made.Group, Token).Soon();
        Assert.Equal(("friends", 3), (info!.GroupName, info.GroupMemberList.Count));

        var history = await again.GetHistoryAsync(group, 0, 100, Token);
        Assert.Equal(["message 2", "message 3", "message 4", "message 5", "message 6"], history.Select(message => message.Text));
        var byId = await again.GetMessagesAsync(group, [6, 1, 2], Token);
        Assert.Equal([2u, 6u], byId.Select(message => message.Id));

        await again.MarkReadAsync(group, 4);
        Assert.Equal(new MessageRead(group, 4), await phone.NextAsync<MessageRead>());
        Assert.Equal(2u, Assert.Single(await again.GetUnreadAsync(Token)).UnreadCnt);

        await carol.SendTextAsync(group, "message 7", Token).Soon();
        Assert.Equal("message 7", (await again.NextAsync<MessageReceived>()).Message.Text);
    }
}
