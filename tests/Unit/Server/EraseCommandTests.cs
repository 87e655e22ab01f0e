using System.CommandLine;
using BrokerIm.Adapters.Embedded;
using BrokerIm.Contracts.Records;
using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Conversations;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using BrokerIm.Server.Commands;
using BrokerIm.Server.Hosting;
using BrokerIm.Tests.Conformance;
using Google.Protobuf;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

using Command = System.CommandLine.Command;

namespace BrokerIm.Tests.Unit.Server;

/// <summary>The operator's command to erase, on an embedded store, by what it leaves there.</summary>
public sealed class EraseCommandTests : IAsyncLifetime
{
    private const uint Alice = 1;
    private const uint Bob = 2;
    private const uint Carol = 3;
    private const long Day = 24 * 60 * 60 * 1_000L;

    private static readonly ConversationId s_pair = ConversationId.Pair(new(Alice), new(Bob));
    private static readonly ConversationId s_other = ConversationId.Pair(new(Bob), new(Carol));
    private static readonly ConversationId s_group = ConversationId.Group(1);

    private readonly string _folder = System.IO.Directory.CreateTempSubdirectory("brokerim-erase-").FullName;
    private readonly IConfiguration _settings;
    private readonly ServiceProvider _services;
    private long _made;

    public EraseCommandTests()
    {
        _settings = new ConfigurationBuilder()
            .AddInMemoryCollection([KeyValuePair.Create<string, string?>("Embedded:DataDirectory", _folder)]).Build();
        _services = new ServiceCollection().AddLogging().AddSqliteStores(_settings).BuildServiceProvider();
    }

    private static long Now => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();

    private IConversationStore Store => _services.GetRequiredService<IConversationStore>();

    private IUserDirectoryWriter Users => _services.GetRequiredService<IUserDirectoryWriter>();

    public async ValueTask InitializeAsync()
    {
        foreach (var name in new[] { "alice", "bob", "carol" })
            await Users.AddAsync(new(name, "secret", name, Email: $"{name}@example.org", Signature: "hello"), Deadline.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        System.IO.Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Named_messages_lose_their_content_and_no_others()
    {
        InboundEntry[] sent = [.. Enumerable.Range(1, 6).Select(number => Send(s_pair, number % 2 == 0 ? Alice : Bob, $"text {number}"))];
        await PublishAsync(sent);
        var before = await ReadAsync(s_pair);

        Assert.Equal(0, await EraseAsync("message", "1:2", "2", "4-5", "--dry-run"));
        Assert.Equal(["text 1", "text 2", "text 3", "text 4", "text 5", "text 6"], await TextsAsync(s_pair));

        Assert.Equal(0, await EraseAsync("message", "1:2", "2", "4-5"));
        Assert.Equal(["text 1", "", "text 3", "", "", "text 6"], await TextsAsync(s_pair));
        Assert.Equal(before.Select(message => message.Meta), (await ReadAsync(s_pair)).Select(message => message.Meta));

        // Once more, and what the clients send again: repeats bring nothing back.
        Assert.Equal(0, await EraseAsync("message", "1:2", "2", "4-5"));
        await PublishAsync([.. sent, Send(s_pair, Alice, "text 7")]);
        Assert.Equal(["text 1", "", "text 3", "", "", "text 6", "text 7"], await TextsAsync(s_pair));
        Assert.Equal(0, await RunAsync(VerifyCommand.Create()));
        Assert.Equal(0, await RunAsync(VerifyCommand.Create(), "--log"));
    }

    [Fact]
    public async Task Order_in_one_record_with_its_messages_erases_them_as_well()
    {
        await PublishAsync(
            Send(s_pair, Alice, "one"),
            Send(s_pair, Alice, "two"),
            new() { Kind = EntryKind.Erase, Relation = s_pair.Value, StampMs = 1, MessageIds = { 1, 3 } },
            Send(s_pair, Bob, "three"));

        Assert.Equal(["", "two", "three"], await TextsAsync(s_pair));
    }

    [Fact]
    public async Task Nobody_but_an_operator_erases()
    {
        await PublishAsync(
            Send(s_pair, Alice, "one"),
            new() { Kind = EntryKind.Erase, Relation = s_pair.Value, Sender = Bob, StampMs = 1, MessageIds = { 1 } });

        Assert.Equal(["one"], await TextsAsync(s_pair));
        var letters = await _services.GetRequiredService<IDeadLetterReader>().ReadAsync(0, 10, Deadline.Token);
        Assert.Contains("no operator", Assert.Single(letters).Letter!.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_messages_than_one_order_names_are_erased()
    {
        const int Count = 450;
        await PublishAsync([.. Enumerable.Range(1, Count).Select(number => Send(s_pair, Alice, $"text {number}"))]);

        Assert.Equal(0, await EraseAsync("message", "1:2", $"1-{Count - 1}"));

        Assert.Equal([.. Enumerable.Repeat("", Count - 1), $"text {Count}"], await TextsAsync(s_pair));
    }

    [Fact]
    public async Task User_is_locked_out_and_all_he_wrote_is_erased()
    {
        await RunAsync(GroupsCommand.Create(), "create", "Team", "alice", "bob");
        await PublishAsync(
            Send(s_pair, Alice, "from alice"), Send(s_pair, Bob, "from bob"), Send(s_other, Bob, "not hers"),
            Send(s_group, Alice, "to all"), Send(s_group, Bob, "also to all"));
        await RunAsync(GroupsCommand.Create(), "remove", "1", "alice");
        var (tokens, devices) = (_services.GetRequiredService<IResumeTokens>(), _services.GetRequiredService<IDevices>());
        await tokens.PutAsync(new(Alice), new(Guid.NewGuid(), new byte[32], new byte[32], new byte[32], 1), Deadline.Token);
        await devices.BindAsync(new(Alice), ClientType.Ios, "token", Deadline.Token);
        var before = await Users.FindAsync("alice", Deadline.Token);

        Assert.Equal(0, await EraseAsync("user", "alice", "--dry-run"));
        Assert.Equal(before, await Users.FindAsync("alice", Deadline.Token));
        Assert.Equal(["from alice", "from bob"], await TextsAsync(s_pair));

        Assert.Equal(0, await EraseAsync("user", "alice"));
        Assert.Equal(["", "from bob"], await TextsAsync(s_pair));
        Assert.Equal(["not hers"], await TextsAsync(s_other));
        Assert.Equal(["", "also to all"], await TextsAsync(s_group));

        var after = await Users.FindAsync("alice", Deadline.Token);
        Assert.NotEqual(before!.Credential, after!.Credential);
        Assert.Equal((3u, "", ""), (after.Profile.Status, after.Profile.Email, after.Profile.Signature));
        Assert.Empty(await tokens.ReadAsync(new(Alice), Deadline.Token));
        Assert.Empty(await devices.ReadDevicesAsync([new(Alice)], Deadline.Token));

        Assert.Equal(0, await EraseAsync("user", "1"));
        Assert.Equal(1, await EraseAsync("user", "nobody"));
    }

    [Fact]
    public async Task Old_messages_are_erased_where_it_is_asked_for()
    {
        await RunAsync(GroupsCommand.Create(), "create", "Team", "alice", "bob");
        foreach (var conversation in new[] { s_pair, s_other, s_group })
        {
            await PublishAsync(
                Send(conversation, Bob, "old", Now - (400 * Day)),
                Send(conversation, Bob, "older than a month", Now - (40 * Day)),
                Send(conversation, Bob, "new"));
        }

        Assert.Equal(0, await EraseAsync("older-than", "365d", "--dry-run"));
        Assert.Equal(["old", "older than a month", "new"], await TextsAsync(s_pair));

        Assert.Equal(0, await EraseAsync("older-than", "365d"));
        foreach (var conversation in new[] { s_pair, s_other, s_group })
            Assert.Equal(["", "older than a month", "new"], await TextsAsync(conversation));

        Assert.Equal(0, await EraseAsync("older-than", "30d", "--groups"));
        Assert.Equal(["", "", "new"], await TextsAsync(s_group));
        Assert.Equal(["", "older than a month", "new"], await TextsAsync(s_pair));

        Assert.Equal(0, await EraseAsync("older-than", "720h", "--conversation", "2:3"));
        Assert.Equal(["", "", "new"], await TextsAsync(s_other));
        Assert.Equal(["", "older than a month", "new"], await TextsAsync(s_pair));

        // Nothing is left to do, so nothing comes into the log.
        var progress = await Store.ReadProgressAsync(1, Deadline.Token);
        Assert.Equal(0, await EraseAsync("older-than", "30d", "--groups"));
        Assert.Equal(progress, await Store.ReadProgressAsync(1, Deadline.Token));
    }

    [Theory]
    [InlineData(2, "message", "1:1", "4")]
    [InlineData(2, "message", "1:2", "0")]
    [InlineData(2, "message", "1:2", "4-2")]
    [InlineData(2, "message", "1:2", "1-2-3")]
    [InlineData(1, "message", "1:2", "1-2")]
    [InlineData(2, "older-than", "365")]
    [InlineData(2, "older-than", "0d")]
    [InlineData(2, "older-than", "d")]
    [InlineData(2, "older-than", "1d", "--conversation", "x")]
    public async Task Impossible_commands_fail_and_erase_nothing(int code, params string[] arguments)
    {
        await PublishAsync(Send(s_pair, Alice, "one", Now - (400 * Day)));

        Assert.Equal(code, await EraseAsync(arguments));
        Assert.Equal(["one"], await TextsAsync(s_pair));
    }

    private async Task PublishAsync(params InboundEntry[] entries)
    {
        using var host = await OperatorHost.OpenAsync(_settings, embedded: true, Deadline.Token);
        var before = (await Store.ReadProgressAsync(1, Deadline.Token)).GetValueOrDefault(0);
        var record = new InboundRecord { Version = 1, Gateway = "g", Entries = { entries } };
        await host.Services.GetRequiredService<ILogWriter<InboundRecord>>().AppendAsync(0, record, Deadline.Token);
        await Deadline.UntilAsync(
            async () => (await Store.ReadProgressAsync(1, Deadline.Token)).GetValueOrDefault(0) > before);
        await host.StopAsync(Deadline.Token);
    }

    private InboundEntry Send(ConversationId conversation, uint sender, string text, long? timeMs = null)
    {
        var atMs = timeMs ?? Now;
        return new()
        {
            Kind = EntryKind.Message,
            Relation = conversation.Value,
            Sender = sender,
            StampMs = (ulong)atMs,
            ClientMessageId = ClientMessageId.Create(atMs, [.. BitConverter.GetBytes(++_made), .. new byte[8]]).ToByteString(),
            ClientMadeId = true,
            MessageType = (uint)(conversation.IsGroup ? MsgType.GroupText : MsgType.SingleText),
            Data = ByteString.CopyFromUtf8(text),
        };
    }

    private async Task<IReadOnlyList<StoredMessage>> ReadAsync(ConversationId conversation) =>
        await Store.ReadRangeAsync(conversation, 1, 1_000, Deadline.Token);

    /// <summary>Contents, and a look at what is left where there is none.</summary>
    private async Task<IReadOnlyList<string>> TextsAsync(ConversationId conversation)
    {
        var messages = await ReadAsync(conversation);
        Assert.Equal(Enumerable.Range(1, messages.Count).Select(static id => (uint)id), messages.Select(static message => message.MessageId));
        return [.. messages.Select(message =>
        {
            var body = IMMsgData.Parser.ParseFrom(message.Body.Span);
            Assert.Equal((message.MessageId, message.Meta.Sender), (body.MsgId, body.FromUserId));
            Assert.Equal(body.MsgData.IsEmpty, MessageErasure.IsErased(conversation, message));
            return body.MsgData.ToStringUtf8();
        })];
    }

    private Task<int> EraseAsync(params string[] arguments) => RunAsync(EraseCommand.Create(), arguments);

    private Task<int> RunAsync(Command command, params string[] arguments) =>
        command.Parse([.. arguments, "--data", _folder]).InvokeAsync(cancellationToken: Deadline.Token);
}
