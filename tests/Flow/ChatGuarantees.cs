using System.Net;
using BrokerIm.Client;
using BrokerIm.Contracts.Wire;
using BrokerIm.Faults.Proxy;
using BrokerIm.Tests.Support;

namespace BrokerIm.Tests.Flow;

/// <summary>
/// What users rely on, whatever the server is made of; one subclass per kind of installation, each made of real processes.
/// </summary>
public abstract partial class ChatGuarantees
{
    private const int ChattingUsers = 12;
    private const int Outstanding = 4;

    private readonly Installation _installation;

    protected ChatGuarantees(Installation installation)
    {
        installation.Require();
        _installation = installation;
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_message_gets_an_id_and_reaches_every_device_but_the_sending_one()
    {
        var users = await _installation.AddUsersAsync(2, Token);
        await using var alice = await _installation.ConnectAsync(users[0], Token);
        await using var phone = await _installation.ConnectAsync(users[0], Token, ClientType.Android);
        await using var bob = await _installation.ConnectAsync(users[1], Token, ClientType.Mac);

        var sent = await alice.SendTextAsync(bob.Self.UserId, "hello", Token).Soon();
        Assert.Equal((1u, SendStatus.Stored), (sent.MessageId, sent.Status));

        foreach (var device in new[] { phone, bob })
        {
            var message = (await device.NextAsync<MessageReceived>()).Message;
            Assert.Equal((1u, alice.Self.UserId, "hello"), (message.Id, message.From, message.Text));
        }

        var answer = await bob.SendTextAsync(alice.Self.UserId, "hi", Token).Soon();
        Assert.Equal(2u, answer.MessageId);
        Assert.Equal("hi", (await alice.NextAsync<MessageReceived>()).Message.Text);
    }

    [Fact]
    public async Task What_was_missed_offline_is_unread_and_in_the_history()
    {
        var users = await _installation.AddUsersAsync(2, Token);
        await using var alice = await _installation.ConnectAsync(users[0], Token);
        uint bobsId;
        await using (var bob = await _installation.ConnectAsync(users[1], Token))
            bobsId = bob.Self.UserId;

        for (var i = 1; i <= 5; i++)
            await alice.SendTextAsync(bobsId, $"message {i}", Token).Soon();

        await using var again = await _installation.ConnectAsync(users[1], Token);
        await using var phone = await _installation.ConnectAsync(users[1], Token, ClientType.Ios);
        var unread = Assert.Single(await again.GetUnreadAsync(Token));
        Assert.Equal((alice.Self.UserId, 5u, 5u), (unread.SessionId, unread.UnreadCnt, unread.LatestMsgId));
        var recent = Assert.Single(await again.GetRecentSessionsAsync(default, Token));
        Assert.Equal((alice.Self.UserId, 5u), (recent.SessionId, recent.LatestMsgId));

        var history = await again.GetHistoryAsync(alice.Self.UserId, 4, 3, Token);
        Assert.Equal(["message 2", "message 3", "message 4"], history.Select(message => message.Text));
        var byId = await again.GetMessagesAsync(alice.Self.UserId, [5, 1, 77], Token);
        Assert.Equal(["message 1", "message 5"], byId.Select(message => message.Text));

        await again.MarkReadAsync(alice.Self.UserId, 3);
        var read = await phone.NextAsync<MessageRead>();
        Assert.Equal((alice.Self.UserId, 3u), (read.Peer.Id, read.MessageId));
        Assert.Equal(2u, Assert.Single(await again.GetUnreadAsync(Token)).UnreadCnt);
    }

    [Fact]
    public async Task A_second_login_of_the_same_class_ends_the_first()
    {
        var users = await _installation.AddUsersAsync(1, Token);
        await using var first = await _installation.ConnectAsync(users[0], Token);
        await using var second = await _installation.ConnectAsync(users[0], Token, ClientType.Mac);

        Assert.Equal(KickReasonType.DuplicateUser, (await first.NextAsync<Kicked>()).Reason);
        Assert.True(second.IsConnected);
    }

    [Fact]
    public async Task A_wrong_password_is_refused()
    {
        var users = await _installation.AddUsersAsync(1, Token);
        var options = _installation.OptionsOf(users[0]);
        var refused = await Assert.ThrowsAsync<LoginRefusedException>(() => ImClient.ConnectAsync(
            new() { Discovery = options.Discovery, Name = options.Name, Password = "wrong" }, Token));
        Assert.Equal(ResultType.ValidationFailed, refused.Result);
    }

    [Fact]
    public async Task Clients_that_reconnect_in_mid_stream_miss_and_repeat_nothing()
    {
        var users = await _installation.AddUsersAsync(2, Token);
        await using var alice = await _installation.ConnectAsync(users[0], Token);
        await using var bob = await _installation.ConnectAsync(users[1], Token);
        var sending = SendAsync(400);
        await using (var proxy = new FaultProxy(new IPEndPoint(IPAddress.Loopback, _installation.PortOf(_installation.Fronts[0]))))
        {
            var options = _installation.OptionsOf(users[1], ClientType.Android);
            await using var phone = await ImClient.ConnectAsync(
                new()
                {
                    Host = "127.0.0.1", Port = proxy.Port, Name = options.Name, Password = options.Password,
                    ClientType = ClientType.Android, ReconnectMinDelay = TimeSpan.FromMilliseconds(10), EventCapacity = 10_000,
                },
                Token);

            List<uint> ids = [];
            while (ids.Count == 0 || ids[^1] < 400)
            {
                var message = (await phone.NextAsync<MessageReceived>()).Message;
                ids.Add(message.Id);
                if (ids.Count % 100 == 0 && message.Id < 350)
                    proxy.Reset();
            }

            Assert.Equal(Enumerable.Range((int)ids[0], ids.Count).Select(id => (uint)id), ids);
            Assert.True(proxy.Resets > 0);
        }

        await sending;

        async Task SendAsync(int count)
        {
            var sends = new List<Task<SentMessage>>();
            for (var i = 0; i < count; i++)
            {
                sends.Add(alice.SendTextAsync(bob.Self.UserId, $"message {i}", Token));
                if (sends.Count % 10 == 0)
                    await sends[^1];
            }

            await Task.WhenAll(sends);
        }
    }

    [Fact]
    public async Task Killing_any_process_under_load_loses_and_doubles_nothing()
    {
        var users = await _installation.AddUsersAsync(ChattingUsers, Token);
        await using var load = await ChatterLoad.StartAsync(_installation, users, Outstanding, Token);
        await load.WaitForAckedAsync(500, Token).Soon();
        foreach (var member in _installation.Members)
        {
            await _installation.KillAsync(member);
            await _installation.StartAsync(member, Token);
            await load.WaitForAckedAsync(500, Token).Soon();
        }

        await load.StopAndVerifyAsync(Token).Soon();
    }

    [Fact]
    public async Task Restarting_any_process_under_load_loses_and_doubles_nothing()
    {
        var users = await _installation.AddUsersAsync(ChattingUsers, Token);
        await using var load = await ChatterLoad.StartAsync(_installation, users, Outstanding, Token);
        await load.WaitForAckedAsync(500, Token).Soon();
        foreach (var member in _installation.Members)
        {
            Assert.Equal(0, await _installation.StopAsync(member));
            await _installation.StartAsync(member, Token);
            await load.WaitForAckedAsync(500, Token).Soon();
        }

        await load.StopAndVerifyAsync(Token).Soon();
    }

    [Fact]
    public async Task Every_process_shows_its_metrics()
    {
        var users = await _installation.AddUsersAsync(2, Token);
        await using var alice = await _installation.ConnectAsync(users[0], Token);
        await using var bob = await _installation.ConnectAsync(users[1], Token);
        await alice.SendTextAsync(bob.Self.UserId, "hello", Token).Soon();

        foreach (var member in _installation.Members)
            Assert.Contains("# TYPE im_", await _installation.MetricsAsync(member, Token), StringComparison.Ordinal);
    }
}
