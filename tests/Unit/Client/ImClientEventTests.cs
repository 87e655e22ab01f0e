using BrokerIm.Client;
using BrokerIm.Contracts.Wire;
using BrokerIm.Tests.Support;

namespace BrokerIm.Tests.Unit.Client;

/// <summary>An application sees each message once and in order, whatever the server pushes.</summary>
public sealed class ImClientEventTests
{
    private const uint Bob = 1002;
    private const uint Carol = 1003;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Pushed_messages_arrive_with_their_text()
    {
        await using var server = new ScriptedServer();
        await using var client = await ImClient.ConnectAsync(server.Options(), Stop).Soon();
        (await server.Logins.NextAsync()).Push(server.Keep(Bob, "one"));

        var message = (await client.NextAsync<MessageReceived>()).Message;
        Assert.Equal(new Peer(Bob), message.Peer);
        Assert.Equal(1u, message.Id);
        Assert.Equal(Bob, message.From);
        Assert.Equal("one", message.Text);
    }

    [Fact]
    public async Task Repeated_and_reordered_pushes_arrive_once_and_in_order()
    {
        await using var server = new ScriptedServer();
        await using var client = await ImClient.ConnectAsync(server.Options(), Stop).Soon();
        var one = server.Keep(Bob, "one");
        var two = server.Keep(Bob, "two");
        var three = server.Keep(Bob, "three");
        (await server.Logins.NextAsync()).Push(one, three, two, one, three, two, server.Keep(Bob, "four"));
        Assert.Equal(["one", "two", "three", "four"], await client.NextTextsAsync(4));
    }

    [Fact]
    public async Task Missing_pushes_are_fetched_before_what_follows_them()
    {
        await using var server = new ScriptedServer();
        await using var client = await ImClient.ConnectAsync(server.Options(), Stop).Soon();
        var connection = await server.Logins.NextAsync();
        connection.Push(server.Keep(Bob, "1"));
        for (var number = 2; number < 250; number++)
            server.Keep(Bob, $"{number}");
        connection.Push(server.Keep(Bob, "250"));

        Assert.Equal(Enumerable.Range(1, 250).Select(number => $"{number}"), await client.NextTextsAsync(250));
    }

    [Fact]
    public async Task What_was_there_at_the_start_is_history()
    {
        await using var server = new ScriptedServer();
        server.Keep(Bob, "old");
        await using var client = await ImClient.ConnectAsync(server.Options(), Stop).Soon();
        (await server.Logins.NextAsync()).Push(server.Keep(Bob, "new"));

        Assert.Equal(["new"], await client.NextTextsAsync(1));
        Assert.Equal(["old", "new"], (await client.GetHistoryAsync(Bob, 0, 10, Stop).Soon()).Select(message => message.Text));
        Assert.Equal(["old"], (await client.GetHistoryAsync(Bob, 1, 10, Stop).Soon()).Select(message => message.Text));
    }

    [Fact]
    public async Task Messages_missed_while_offline_follow_the_reconnect()
    {
        await using var server = new ScriptedServer();
        server.Keep(Bob, "old");
        await using var client = await ImClient.ConnectAsync(server.Options(), Stop).Soon();
        var connection = await server.Logins.NextAsync();
        connection.Push(server.Keep(Bob, "before"));
        Assert.Equal(["before"], await client.NextTextsAsync(1));

        server.Keep(Bob, "meanwhile one");
        server.Keep(Bob, "meanwhile two");
        server.Keep(Carol, "long ago", timeMs: server.NowMs - 60_000);
        server.Keep(Carol, "from somebody new");
        connection.Cut();
        await client.NextAsync<Reconnected>();
        (await server.Logins.NextAsync()).Push(server.Keep(Bob, "after"));

        var texts = await client.NextTextsAsync(4);
        Assert.Equal(["meanwhile one", "meanwhile two", "after"], texts.Where(text => text != "from somebody new"));
        Assert.Contains("from somebody new", texts);
    }

    [Fact]
    public async Task First_message_of_a_conversation_that_was_removed_long_ago_brings_nothing_old()
    {
        await using var server = new ScriptedServer();
        await using var client = await ImClient.ConnectAsync(server.Options(), Stop).Soon();
        for (var number = 1; number <= 150; number++)
            server.Keep(Bob, $"old {number}", timeMs: server.NowMs - 60_000);
        server.Keep(Bob, "new, and its push is lost");
        (await server.Logins.NextAsync()).Push(server.Keep(Bob, "new"));
        Assert.Equal(["new, and its push is lost", "new"], await client.NextTextsAsync(2));
    }

    [Fact]
    public async Task Messages_sent_from_here_count_and_do_not_arrive()
    {
        await using var server = new ScriptedServer();
        await using var client = await ImClient.ConnectAsync(server.Options(), Stop).Soon();
        var connection = await server.Logins.NextAsync();
        connection.Push(server.Keep(Bob, "one"));
        await client.SendTextAsync(Bob, "mine", Stop).Soon();
        connection.Push(server.Keep(Bob, "three"));

        Assert.Equal(["one", "three"], await client.NextTextsAsync(2));
        Assert.Equal(0, server.HistoryRequests);
    }

    [Fact]
    public async Task Messages_sent_from_another_device_arrive()
    {
        await using var server = new ScriptedServer();
        await using var client = await ImClient.ConnectAsync(server.Options(), Stop).Soon();
        (await server.Logins.NextAsync()).Push(server.Keep(Bob, "from my telephone", own: true));

        var message = (await client.NextAsync<MessageReceived>()).Message;
        Assert.Equal(new Peer(Bob), message.Peer);
        Assert.Equal(ScriptedServer.Self, message.From);
    }

    [Fact]
    public async Task Own_message_pushed_before_its_ack_does_not_arrive()
    {
        await using var server = new ScriptedServer();
        server.Expect(Act.StoreAndCut, Act.Ignore);
        await using var client = await ImClient.ConnectAsync(server.Options(TimeSpan.FromMilliseconds(300)), Stop).Soon();
        await server.Logins.NextAsync();

        // Stored, but the ack was lost with the connection; the next connection gets it as if from another device.
        var sending = client.SendTextAsync(Bob, "mine", Stop);
        var connection = await server.Logins.NextAsync();
        connection.Push(server.Stored(Bob)[0]);
        connection.Push(server.Keep(Bob, "theirs"));

        Assert.Equal(1u, (await sending.Soon()).MessageId);
        Assert.Equal(["theirs"], await client.NextTextsAsync(1));
    }

    [Fact]
    public async Task Slow_reader_loses_nothing()
    {
        await using var server = new ScriptedServer();
        var options = new ImClientOptions
        {
            Host = "127.0.0.1", Port = server.Port, Name = "alice", Password = "123456", EventCapacity = 4,
        };
        await using var client = await ImClient.ConnectAsync(options, Stop).Soon();
        var connection = await server.Logins.NextAsync();
        for (var number = 1; number <= 300; number++)
            connection.Push(server.Keep(Bob, $"{number}"));

        // Answered behind all the pushes: the client has seen them, and kept but a few.
        await client.SendTextAsync(Carol, "have you got it all?", Stop).Soon();
        Assert.Equal(Enumerable.Range(1, 300).Select(number => $"{number}"), await client.NextTextsAsync(300));
        Assert.True(server.HistoryRequests > 0);
    }

    [Fact]
    public async Task Raw_events_come_as_they_are_pushed()
    {
        await using var server = new ScriptedServer();
        var options = new ImClientOptions
        {
            Host = "127.0.0.1", Port = server.Port, Name = "alice", Password = "123456", RawEvents = true, EventCapacity = 2,
        };
        await using var client = await ImClient.ConnectAsync(options, Stop).Soon();
        var one = server.Keep(Bob, "one");
        var two = server.Keep(Bob, "two");
        (await server.Logins.NextAsync()).Push(two, one, two, two);
        Assert.Equal(["two", "one", "two", "two"], await client.NextTextsAsync(4));
        Assert.Equal(0, server.HistoryRequests);
    }

    [Fact]
    public async Task Other_news_arrive_and_only_the_latest_of_each_waits()
    {
        await using var server = new ScriptedServer();
        await using var client = await ImClient.ConnectAsync(server.Options(), Stop).Soon();
        var connection = await server.Logins.NextAsync();
        connection.Send(Command.MsgDataReadNotify, 0, new IMMsgDataReadNotify
        {
            UserId = ScriptedServer.Self, SessionId = Bob, MsgId = 3, SessionType = SessionType.Single,
        });
        Assert.Equal(new MessageRead(Bob, 3), await client.NextAsync<MessageRead>());

        connection.Send(Command.UserStatNotify, 0, new IMUserStatNotify
        {
            UserStat = new() { UserId = Bob, Status = UserStatType.Online },
        });
        Assert.Equal(new UserStatusChanged(Bob, UserStatType.Online), await client.NextAsync<UserStatusChanged>());

        connection.Send(Command.PCLoginStatusNotify, 0, new IMPCLoginStatusNotify
        {
            UserId = ScriptedServer.Self, LoginStat = UserStatType.Offline,
        });
        Assert.Equal(new PcLoginStatusChanged(UserStatType.Offline), await client.NextAsync<PcLoginStatusChanged>());
    }
}
