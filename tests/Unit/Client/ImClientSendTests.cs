using BrokerIm.Client;
using BrokerIm.Contracts.Wire;
using BrokerIm.Tests.Support;

namespace BrokerIm.Tests.Unit.Client;

/// <summary>A message is stored once, whatever happens on the way.</summary>
public sealed class ImClientSendTests
{
    private const uint Bob = 1002;
    private static readonly TimeSpan Impatient = TimeSpan.FromMilliseconds(100);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Message_is_sent_and_acknowledged()
    {
        await using var server = new ScriptedServer();
        await using var client = await ImClient.ConnectAsync(server.Options(), Stop).Soon();
        var sent = await client.SendTextAsync(Bob, "hi", Stop).Soon();

        Assert.Equal(1u, sent.MessageId);
        Assert.Equal(SendStatus.Stored, sent.Status);
        Assert.Equal("isFbgVCILeNPXzVe+MncXQ==", Assert.Single(server.Stored(Bob)).MsgData.ToStringUtf8());
        Assert.Equal(ScriptedServer.Self, client.Self.UserId);
    }

    [Fact]
    public async Task Login_says_who_we_are()
    {
        await using var server = new ScriptedServer();
        await using var client = await ImClient.ConnectAsync(server.Options(), Stop).Soon();
        var login = (await server.Logins.NextAsync()).LoginRequest!;
        Assert.Equal("alice", login.UserName);
        Assert.Equal("e10adc3949ba59abbe56e057f20f883e", login.Password);
        Assert.Equal(ClientType.Windows, login.ClientType);
    }

    [Fact]
    public async Task Send_id_carries_the_time_of_the_server()
    {
        await using var server = new ScriptedServer { NowMs = 1_700_000_000_000 };
        await using var client = await ImClient.ConnectAsync(server.Options(), Stop).Soon();
        var sent = await client.SendTextAsync(Bob, "hi", Stop).Soon();
        Assert.InRange(sent.SendId.TimeMs, server.NowMs, server.NowMs + (long)Waiting.Limit.TotalMilliseconds);
    }

    [Fact]
    public async Task Lost_ack_makes_the_client_send_the_same_id_again()
    {
        await using var server = new ScriptedServer();
        server.Expect(Act.StoreInSilence);
        await using var client = await ImClient.ConnectAsync(server.Options(Impatient), Stop).Soon();
        var sent = await client.SendTextAsync(Bob, "hi", Stop).Soon();

        var first = await server.Messages.NextAsync();
        var second = await server.Messages.NextAsync();
        Assert.Equal(first.Message.ClientMsgId, second.Message.ClientMsgId);
        Assert.Equal(first.Frame.Header.Sequence, second.Frame.Header.Sequence);
        Assert.Equal(SendStatus.Duplicate, sent.Status);
        Assert.Equal(1u, sent.MessageId);
        Assert.Single(server.Stored(Bob));
    }

    [Theory]
    [InlineData(Act.Cut, SendStatus.Stored)]
    [InlineData(Act.StoreAndCut, SendStatus.Duplicate)]
    public async Task Lost_connection_makes_the_client_come_back_and_send_the_same_id_again(Act act, SendStatus expected)
    {
        await using var server = new ScriptedServer();
        server.Expect(act);
        await using var client = await ImClient.ConnectAsync(server.Options(), Stop).Soon();
        var sent = await client.SendTextAsync(Bob, "hi", Stop).Soon();

        Assert.Equal(expected, sent.Status);
        Assert.Equal((await server.Messages.NextAsync()).Message.ClientMsgId, (await server.Messages.NextAsync()).Message.ClientMsgId);
        Assert.Single(server.Stored(Bob));
        await client.NextAsync<Disconnected>();
        await client.NextAsync<Reconnected>();
    }

    [Fact]
    public async Task Messages_keep_their_order_across_lost_acks_and_connections()
    {
        await using var server = new ScriptedServer();
        server.Expect(
            Act.Store, Act.StoreInSilence, Act.Store, Act.Store, Act.StoreInSilence, Act.Store, Act.Cut, Act.StoreInSilence, Act.Store,
            Act.StoreAndCut);
        await using var client = await ImClient.ConnectAsync(server.Options(Impatient), Stop).Soon();
        var sends = Enumerable.Range(1, 30).Select(number => client.SendTextAsync(Bob, $"{number}", Stop)).ToList();
        var sent = await Task.WhenAll(sends).Soon();

        Assert.Equal(Enumerable.Range(1, 30).Select(number => (uint)number), sent.Select(message => message.MessageId));
        Assert.Equal(
            Enumerable.Range(1, 30).Select(number => TextCipher.Default.Encrypt($"{number}")),
            server.Stored(Bob).Select(message => message.MsgData.ToByteArray()));
    }

    [Fact]
    public async Task Only_so_many_messages_are_on_the_wire_and_the_rest_follows_in_order()
    {
        await using var server = new ScriptedServer();
        server.Expect(Act.Ignore, Act.Ignore);
        var options = new ImClientOptions
        {
            Host = "127.0.0.1", Port = server.Port, Name = "alice", Password = "123456", MaxOutstandingSends = 2, AckTimeout = Impatient,
        };
        await using var client = await ImClient.ConnectAsync(options, Stop).Soon();
        var sends = Enumerable.Range(1, 5).Select(number => client.SendTextAsync(Bob, $"{number}", Stop)).ToList();

        // Two are never answered the first time, and until they are sent again nothing else may be on the wire.
        var first = await server.Messages.NextAsync();
        var second = await server.Messages.NextAsync();
        var third = await server.Messages.NextAsync();
        Assert.Equal(first.Message.ClientMsgId, third.Message.ClientMsgId);
        Assert.NotEqual(first.Message.ClientMsgId, second.Message.ClientMsgId);

        var sent = await Task.WhenAll(sends).Soon();
        Assert.Equal([1u, 2u, 3u, 4u, 5u], sent.Select(message => message.MessageId));
    }

    [Fact]
    public async Task Unknown_outcome_is_tried_again_with_everything_behind_it()
    {
        await using var server = new ScriptedServer();
        server.Expect(Act.Unknown, Act.Unknown, Act.Unknown, Act.Unknown);
        await using var client = await ImClient.ConnectAsync(server.Options(), Stop).Soon();
        var sent = await Task.WhenAll(
            client.SendTextAsync(Bob, "one", Stop), client.SendTextAsync(Bob, "two", Stop)).Soon();

        Assert.Equal([1u, 2u], sent.Select(message => message.MessageId));
        Assert.Equal(["one", "two"], server.Stored(Bob).Select(TextOf));
    }

    [Fact]
    public async Task Message_that_is_one_too_many_comes_again_for_as_long_as_it_takes()
    {
        await using var server = new ScriptedServer();
        server.Expect([.. Enumerable.Repeat(Act.Busy, 20)]);
        await using var client = await ImClient.ConnectAsync(server.Options(), Stop).Soon();
        var sent = await Task.WhenAll(
            client.SendTextAsync(Bob, "one", Stop), client.SendTextAsync(Bob, "two", Stop)).Soon();

        Assert.Equal([1u, 2u], sent.Select(message => message.MessageId));
        Assert.Equal(["one", "two"], server.Stored(Bob).Select(TextOf));
    }

    [Fact]
    public async Task Refused_clock_is_corrected_and_the_message_goes_under_a_new_id()
    {
        await using var server = new ScriptedServer();
        await using var client = await ImClient.ConnectAsync(server.Options(), Stop).Soon();
        server.NowMs -= 3_600_000;
        server.Expect(Act.Clock);
        var sent = await client.SendTextAsync(Bob, "hi", Stop).Soon();

        var refused = (await server.Messages.NextAsync()).Message;
        var stored = (await server.Messages.NextAsync()).Message;
        Assert.NotEqual(refused.ClientMsgId, stored.ClientMsgId);
        Assert.InRange(sent.SendId.TimeMs, server.NowMs, server.NowMs + (long)Waiting.Limit.TotalMilliseconds);
        Assert.Single(server.Stored(Bob));
    }

    [Fact]
    public async Task Clock_that_stays_refused_is_reported()
    {
        await using var server = new ScriptedServer();
        server.Expect([.. Enumerable.Repeat(Act.Clock, 5)]);
        await using var client = await ImClient.ConnectAsync(server.Options(), Stop).Soon();
        await Assert.ThrowsAsync<SendClockException>(() => client.SendTextAsync(Bob, "hi", Stop).Soon());
    }

    [Fact]
    public async Task Refusals_are_reported_by_their_kind()
    {
        await using var server = new ScriptedServer();
        server.Expect(Act.Refuse, Act.Stale, Act.Conflict);
        await using var client = await ImClient.ConnectAsync(server.Options(), Stop).Soon();
        await Assert.ThrowsAsync<SendRefusedException>(() => client.SendTextAsync(Bob, "one", Stop).Soon());
        await Assert.ThrowsAsync<SendStaleException>(() => client.SendTextAsync(Bob, "two", Stop).Soon());
        var conflict = await Assert.ThrowsAsync<SendConflictException>(() => client.SendTextAsync(Bob, "three", Stop).Soon());
        Assert.Equal(7u, conflict.MessageId);
        Assert.Equal(1u, (await client.SendTextAsync(Bob, "four", Stop).Soon()).MessageId);
    }

    [Fact]
    public async Task Silence_ends_in_an_unknown_outcome_that_can_be_settled_with_the_same_id()
    {
        await using var server = new ScriptedServer();
        server.Expect([.. Enumerable.Repeat(Act.StoreInSilence, 5)]);
        await using var client = await ImClient.ConnectAsync(server.Options(Impatient), Stop).Soon();
        var unknown = await Assert.ThrowsAsync<SendUnknownException>(() => client.SendTextAsync(Bob, "hi", Stop).Soon());
        Assert.Equal(5, unknown.Attempts);

        var data = TextCipher.Default.Encrypt("hi");
        var sent = await client.SendAsync(Bob, MsgType.SingleText, data, unknown.SendId, Stop).Soon();
        Assert.Equal(SendStatus.Duplicate, sent.Status);
        Assert.Single(server.Stored(Bob));
    }

    [Fact]
    public async Task Server_without_send_ids_is_understood_by_sequence()
    {
        await using var server = new ScriptedServer();
        server.Expect(Act.StoreAsOriginal, Act.StoreAsOriginal);
        await using var client = await ImClient.ConnectAsync(server.Options(), Stop).Soon();
        var sent = await Task.WhenAll(
            client.SendTextAsync(Bob, "one", Stop), client.SendTextAsync(Bob, "two", Stop)).Soon();
        Assert.Equal([1u, 2u], sent.Select(message => message.MessageId));
    }

    [Fact]
    public async Task Cancelled_send_is_not_tried_again()
    {
        await using var server = new ScriptedServer();
        server.Expect(Act.Ignore);
        await using var client = await ImClient.ConnectAsync(server.Options(Impatient * 20), Stop).Soon();
        using var patience = new CancellationTokenSource();
        var given = client.SendTextAsync(Bob, "one", patience.Token);
        await server.Messages.NextAsync();
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given.Soon());

        Assert.Equal(1u, (await client.SendTextAsync(Bob, "two", Stop).Soon()).MessageId);
        Assert.Equal("two", TextOf(Assert.Single(server.Stored(Bob))));
    }

    [Fact]
    public async Task Client_that_ends_fails_what_is_on_its_way()
    {
        await using var server = new ScriptedServer();
        server.Expect(Act.Ignore);
        var client = await ImClient.ConnectAsync(server.Options(), Stop).Soon();
        var lost = client.SendTextAsync(Bob, "one", Stop);
        await client.DisposeAsync();
        await Assert.ThrowsAsync<ImClosedException>(() => lost.Soon());
        await Assert.ThrowsAsync<ImClosedException>(() => client.SendTextAsync(Bob, "two", Stop).Soon());
    }

    [Fact]
    public async Task Message_that_no_server_takes_is_refused_at_once()
    {
        await using var server = new ScriptedServer();
        await using var client = await ImClient.ConnectAsync(server.Options(), Stop).Soon();
        await Assert.ThrowsAsync<ArgumentException>(() => client.SendTextAsync(Bob, "", Stop));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => client.SendTextAsync(0, "hi", Stop));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            () => client.SendAsync(Bob, MsgType.SingleAudio, new byte[ImClient.MaxDataBytes + 1], Stop));
        await Assert.ThrowsAsync<ArgumentException>(() => client.SendAsync(Bob, MsgType.GroupText, new byte[1], Stop));
    }

    private static string? TextOf(IMMsgData message) =>
        TextCipher.Default.TryDecrypt(message.MsgData.Span, out var text) ? text : null;
}
