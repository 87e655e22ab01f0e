using BrokerIm.Client;
using BrokerIm.Contracts.Wire;
using BrokerIm.Server.Chat;
using BrokerIm.Tests.Support;

namespace BrokerIm.Tests.Unit.Chat;

/// <summary>A chat, typed and read by a test.</summary>
public sealed class ChatSessionTests
{
    private const uint Bob = 1002;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Chat_shows_history_with_what_is_unread_sends_lines_and_shows_what_comes()
    {
        await using var server = new ScriptedServer { Unread = 1 };
        server.Keep(Bob, "old");
        server.Keep(Bob, "mine", own: true);
        server.Keep(Bob, "unread");
        await using var client = await ImClient.ConnectAsync(server.Options(), Stop).Soon();
        var screen = new TestScreen();
        var running = new ChatSession(client, ContactsOf(client), Bob, screen).RunAsync(Stop);

        Assert.Equal("* Chat with Bob (bob, 1002): online. /help for help.", await screen.Output.NextAsync());
        Assert.Equal("#1 Bob: old", await screen.Output.NextAsync());
        Assert.Equal("#2 Alice: mine", await screen.Output.NextAsync());
        Assert.Equal("* 1 unread:", await screen.Output.NextAsync());
        Assert.Equal("#3 Bob: unread", await screen.Output.NextAsync());
        Assert.Equal(3u, (await server.Others.NextAsync()).Parse(IMMsgDataReadAck.Parser).MsgId);

        screen.Type("hello");
        Assert.Equal("#4 Alice: hello", await screen.Output.NextAsync());
        (await server.Logins.NextAsync()).Push(server.Keep(Bob, "hi yourself"));
        Assert.Equal("#5 Bob: hi yourself", await screen.Output.NextAsync());
        Assert.Equal(5u, (await server.Others.NextAsync()).Parse(IMMsgDataReadAck.Parser).MsgId);

        screen.Type("/history 2");
        Assert.Equal("#4 Alice: hello", await screen.Output.NextAsync());
        Assert.Equal("#5 Bob: hi yourself", await screen.Output.NextAsync());
        screen.Type("/nonsense");
        Assert.StartsWith("! No such command: /nonsense", await screen.Output.NextAsync());
        screen.Type("//not a command");
        Assert.Equal("#6 Alice: /not a command", await screen.Output.NextAsync());

        screen.Type("/quit");
        Assert.True(await running.Soon());
    }

    [Fact]
    public async Task End_of_the_input_waits_until_everything_is_stored()
    {
        await using var server = new ScriptedServer();
        server.Expect(Act.StoreInSilence, Act.StoreInSilence);
        await using var client = await ImClient.ConnectAsync(server.Options(TimeSpan.FromMilliseconds(200)), Stop).Soon();
        var screen = new TestScreen();
        screen.Type("one");
        screen.Type("two");
        screen.End();
        Assert.True(await new ChatSession(client, ContactsOf(client), Bob, screen).RunAsync(Stop).Soon());
        Assert.Equal(2, server.Stored(Bob).Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task After_a_command_that_failed_only_somebody_who_saw_it_goes_on(bool isInteractive)
    {
        await using var server = new ScriptedServer();
        await using var client = await ImClient.ConnectAsync(server.Options(), Stop).Soon();
        var screen = new TestScreen { IsInteractive = isInteractive };
        screen.Type("one");
        screen.Type("/join nobody");
        screen.Type("meant for somebody else");
        screen.End();

        Assert.Equal(isInteractive, await new ChatSession(client, ContactsOf(client), Bob, screen).RunAsync(Stop).Soon());
        Assert.Equal(isInteractive ? 2 : 1, server.Stored(Bob).Count);
    }

    [Fact]
    public async Task Message_that_was_not_sent_is_shown_and_makes_the_chat_fail()
    {
        await using var server = new ScriptedServer();
        server.Expect(Act.Refuse);
        await using var client = await ImClient.ConnectAsync(server.Options(), Stop).Soon();
        var screen = new TestScreen();
        screen.Type("hello");
        screen.End();
        Assert.False(await new ChatSession(client, ContactsOf(client), Bob, screen).RunAsync(Stop).Soon());
        await screen.Output.NextAsync();
        Assert.StartsWith("! Not sent: hello", await screen.Output.NextAsync());
    }

    [Fact]
    public async Task Kick_ends_the_chat()
    {
        await using var server = new ScriptedServer();
        server.Keep(Bob, "old");
        await using var client = await ImClient.ConnectAsync(server.Options(), Stop).Soon();
        var screen = new TestScreen();
        var running = new ChatSession(client, ContactsOf(client), Bob, screen).RunAsync(Stop);
        await screen.Output.NextAsync();
        Assert.Equal("#1 Bob: old", await screen.Output.NextAsync());
        (await server.Logins.NextAsync()).Send(Command.KickUser, 0, new IMKickUser
        {
            UserId = ScriptedServer.Self, KickReason = KickReasonType.DuplicateUser,
        });
        Assert.False(await running.Soon());
        Assert.Equal("! This account has logged in somewhere else.", await screen.Output.NextAsync());
    }

    [Fact]
    public async Task Plain_screen_writes_one_line_each_and_complains_elsewhere()
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var screen = new PlainScreen(new StringReader("one\ntwo\n"), output, errors);
        var at = new DateTimeOffset(2026, 11, 22, 12, 3, 4, TimeSpan.Zero);
        screen.Show(new(at, "Bob", "hi", 17, IsOwn: false));
        screen.Show(new(at, "Alice", "ho", 18, IsOwn: true));
        screen.Note("online");
        screen.Complain("not sent");
        Assert.Equal(
            ["12:03:04 #17 Bob: hi", "12:03:04 #18 Alice: ho ✓", "* online", ""], output.ToString().Split(output.NewLine));
        Assert.Equal("not sent", errors.ToString().Trim());

        List<string> lines = [];
        await foreach (var line in screen.ReadAsync(_ => { }, Stop))
            lines.Add(line);
        Assert.Equal(["one", "two"], lines);
    }

    private static Contacts ContactsOf(ImClient client)
    {
        var contacts = new Contacts(client);
        contacts.Add(client.Self);
        contacts.Add(new UserInfo { UserId = Bob, UserRealName = "bob", UserNickName = "Bob" });
        return contacts;
    }
}
