using System.CommandLine;
using BrokerIm.Adapters.Embedded;
using BrokerIm.Contracts.Records;
using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Conversations;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using BrokerIm.Server.Commands;
using BrokerIm.Tests.Support;
using Google.Protobuf;

using Command = System.CommandLine.Command;

namespace BrokerIm.Tests.Unit.Server;

/// <summary>What an operator does with dead letters, checks and backups, on an embedded store.</summary>
public sealed class OperatorCommandTests : IDisposable
{
    private static readonly ConversationId s_pair = ConversationId.Pair(new(1), new(2));

    private readonly SqliteFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Letter_that_can_be_read_by_now_is_replayed_once_and_gets_the_next_id()
    {
        await SetAsideAsync(Letter(Entry(1, "one").ToByteArray(), index: 3));
        await SetAsideAsync(Letter(Entry(2, "two").ToByteArray(), index: 0));

        Assert.Equal(0, await DlqAsync("list"));
        Assert.Equal(0, await DlqAsync("show", "1", "--reveal"));
        Assert.Equal(0, await DlqAsync("replay", "1", "--dry-run"));
        Assert.Empty(await MessagesAsync());

        Assert.Equal(0, await DlqAsync("replay", "2"));
        Assert.Equal(0, await DlqAsync("replay", "1"));
        Assert.Equal(0, await DlqAsync("replay", "2"));
        Assert.Equal(["two", "one"], await MessagesAsync());

        Assert.Equal(0, await DlqAsync("replay", "2", "--new-id"));
        Assert.Equal(["two", "one", "two"], await MessagesAsync());
    }

    [Fact]
    public async Task Whole_record_is_replayed_with_all_its_entries()
    {
        var record = new InboundRecord { Version = 1, Gateway = "g", Entries = { Entry(1, "one"), Entry(2, "two") } };
        await SetAsideAsync(Letter(record.ToByteArray(), index: -1));

        Assert.Equal(0, await DlqAsync("replay", "1"));

        Assert.Equal(["one", "two"], await MessagesAsync());
    }

    [Fact]
    public async Task Letter_that_is_still_damaged_is_not_replayed()
    {
        await SetAsideAsync(Letter([0xff, 0xff], index: 0));
        var wrong = Entry(1, "one");
        wrong.ClientMessageId = ByteString.CopyFrom(new byte[3]);
        await SetAsideAsync(Letter(wrong.ToByteArray(), index: 0));
        await SetAsideAsync(Letter([], index: -1));
        var outbound = Letter([], index: -1);
        outbound.Topic = "outbound";
        await SetAsideAsync(outbound);

        foreach (var number in new[] { "1", "2", "3", "4", "99" })
            Assert.Equal(1, await DlqAsync("replay", number));
        Assert.Empty(await MessagesAsync());
    }

    [Fact]
    public async Task Letters_dealt_with_are_listed_no_more()
    {
        for (byte number = 1; number <= 3; number++)
            await SetAsideAsync(Letter(Entry(number, "any").ToByteArray(), index: 0));
        Assert.Equal(0, await DlqAsync("drop", "2", "--dry-run"));
        Assert.Equal(1, await FirstOpenAsync());

        Assert.Equal(0, await DlqAsync("drop", "2"));
        Assert.Equal(3, await FirstOpenAsync());
        Assert.Equal(1, await DlqAsync("drop", "1"));
        Assert.Equal(3, await FirstOpenAsync());
        Assert.Equal(0, await DlqAsync("show", "1"));
    }

    [Fact]
    public async Task Backup_holds_what_was_stored_and_verifies()
    {
        await SetAsideAsync(Letter(Entry(1, "one").ToByteArray(), index: 0));
        await DlqAsync("replay", "1");
        Assert.Equal(0, await VerifyAsync(_folder));
        Assert.Equal(0, await VerifyAsync(_folder, "1:2", "g5"));

        using var restored = new SqliteFolder();
        var file = Path.Combine(restored.Path, "brokerim.db");
        Assert.Equal(0, await BackupAsync(file));
        Assert.Equal(1, await BackupAsync(file));

        Assert.Equal(0, await VerifyAsync(restored));
        using var opened = restored.Open();
        Assert.Equal("one", TextOf(Assert.Single(await opened.Store.ReadRangeAsync(s_pair, 1, 10, Token))));
    }

    [Theory]
    [InlineData("UPDATE message SET id = 5")]
    [InlineData("UPDATE message SET body = substr(body, 1, length(body) - 1)")]
    [InlineData("UPDATE message SET body = unhex(replace(hex(body), hex('one'), hex('two')))")]
    [InlineData("UPDATE message SET meta = x''")]
    public async Task Damage_is_found(string damage)
    {
        await SetAsideAsync(Letter(Entry(1, "one").ToByteArray(), index: 0));
        await DlqAsync("replay", "1");
        using (var opened = _folder.Open())
            opened.Database.OpenForWriting().Execute(damage);

        Assert.Equal(1, await VerifyAsync(_folder, "1:2"));
    }

    [Fact]
    public async Task Content_lost_without_an_order_is_damage()
    {
        await SetAsideAsync(Letter(Entry(1, "one").ToByteArray(), index: 0));
        await DlqAsync("replay", "1");
        using (var opened = _folder.Open())
        {
            var message = Assert.Single(await opened.Store.ReadRangeAsync(s_pair, 1, 1, Token));
            var blank = Convert.ToHexString(MessageErasure.BodyOf(s_pair, 1, message.Meta));
            opened.Database.OpenForWriting().Execute($"UPDATE message SET body = x'{blank}'");
        }

        Assert.Equal(1, await VerifyAsync(_folder, "1:2"));
        using (var opened = _folder.Open())
            opened.Database.OpenForWriting().Execute("UPDATE message SET body_at = body_at + 1");
        Assert.Equal(0, await VerifyAsync(_folder, "1:2"));
    }

    [Theory]
    [InlineData("--log", "1:2")]
    [InlineData("1")]
    [InlineData("1:1")]
    [InlineData("g0")]
    [InlineData("x:y")]
    public async Task What_is_no_conversation_is_refused(params string[] conversations) =>
        Assert.Equal(2, await VerifyAsync(_folder, conversations));

    private static InboundEntry Entry(byte number, string text)
    {
        var id = new byte[ClientMessageId.Size];
        ClientMessageId.Create(1_700_000_000_000 + number, new byte[] { number, 0, 0, 0, 0, 0, 0, 0, 0, 0 }).Write(id);
        return new()
        {
            Kind = EntryKind.Message,
            Relation = s_pair.Value,
            Sender = 1,
            StampMs = 1_700_000_000_000,
            ClientMessageId = ByteString.CopyFrom(id),
            MessageType = (uint)MsgType.SingleText,
            Data = ByteString.CopyFromUtf8(text),
        };
    }

    private static DeadLetter Letter(byte[] original, int index) => new()
    {
        Topic = "inbound", Epoch = 1, Offset = 7, Index = index, Reason = "damaged\r\nby hand", Original = ByteString.CopyFrom(original),
    };

    private static string TextOf(StoredMessage message) => IMMsgData.Parser.ParseFrom(message.Body.Span).MsgData.ToStringUtf8();

    private async Task SetAsideAsync(DeadLetter letter)
    {
        using var opened = _folder.Open();
        await new SqliteDeadLetters(opened.Readers, opened.Writer).AppendAsync(0, letter, Token);
    }

    private async Task<long> FirstOpenAsync()
    {
        using var opened = _folder.Open();
        return await new SqliteDeadLetters(opened.Readers, opened.Writer).FirstOpenAsync(Token);
    }

    private async Task<IReadOnlyList<string>> MessagesAsync()
    {
        using var opened = _folder.Open();
        return [.. (await opened.Store.ReadRangeAsync(s_pair, 1, 100, Token)).Select(TextOf)];
    }

    private Task<int> DlqAsync(params string[] arguments) => RunAsync(DeadLettersCommand.Create(), arguments, _folder);

    private Task<int> BackupAsync(string to) => RunAsync(BackupCommand.Create(), ["--to", to], _folder);

    private static Task<int> VerifyAsync(SqliteFolder folder, params string[] conversations) =>
        RunAsync(VerifyCommand.Create(), conversations, folder);

    private static Task<int> RunAsync(Command command, string[] arguments, SqliteFolder folder) =>
        command.Parse([.. arguments, "--data", folder.Path]).InvokeAsync(cancellationToken: Token);
}
