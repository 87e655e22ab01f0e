using BrokerIm.Contracts.Records;
using BrokerIm.Core.Security;
using BrokerIm.Core.Values;
using BrokerIm.Import;
using BrokerIm.Import.TeamTalk;

namespace BrokerIm.Tests.Unit.Import;

/// <summary>What is made of old rows.</summary>
public sealed class TeamTalkMappingTests
{
    private readonly StringWriter _details = new();
    private readonly ImportReport _report;

    public TeamTalkMappingTests() => _report = new(_details);

    [Fact]
    public void Messages_get_dense_ids_in_the_order_of_the_old_ones()
    {
        List<SourceMessage> messages = [Message(3, 9, created: 5), Message(1, 2, created: 6), Message(2, 2, created: 4)];
        MessageOrder.Sort(messages);
        Assert.Equal([2, 1, 3], messages.Select(message => message.Row.Id));
    }

    [Fact]
    public void Messages_of_a_counter_that_began_again_are_ordered_by_time()
    {
        List<SourceMessage> messages =
            [Message(1, 1, created: 1), Message(2, 2, created: 2), Message(3, 1, created: 50), Message(4, 2, created: 51)];
        MessageOrder.Sort(messages);
        Assert.Equal([1, 2, 3, 4], messages.Select(message => message.Row.Id));
    }

    [Fact]
    public void Times_never_fall_and_the_lower_users_messages_are_counted()
    {
        var pair = ConversationId.Pair(new(4), new(2));
        var conversation = new Conversation(
            pair, [Message(1, 1, created: 5, sender: 4), Message(2, 2, created: 3, sender: 2), Message(3, 3, created: 7, sender: 2)]);
        var metas = conversation.RowsAbove(0).Select(row => MessageMeta.Parser.ParseFrom(row.Meta.Span)).ToList();

        Assert.Equal([5_000, 5_000, 7_000], metas.Select(meta => (long)meta.TimeMs));
        Assert.Equal([0u, 1, 2], metas.Select(meta => meta.LowCount));
        Assert.Equal(metas[1], conversation.MetaOf(2));
        Assert.Equal([3u], conversation.RowsAbove(2).Select(row => row.MessageId));
        Assert.All(metas, meta => Assert.True(ClientMessageId.TryRead(meta.ClientMessageId.Span, out var id) && id.TimeMs <= (long)meta.TimeMs));
        Assert.Equal(3, metas.Select(meta => meta.ClientMessageId).Distinct().Count());
    }

    [Fact]
    public void Imported_rows_lie_below_every_position_of_a_log_and_rise_with_their_ids()
    {
        Assert.True(Conversation.PositionOf(int.MaxValue).WriteTimestamp < LogPosition.Bound(epoch: 1, offset: 0));
        Assert.True(Conversation.PositionOf(1).WriteTimestamp < Conversation.PositionOf(2).WriteTimestamp);
        Assert.True(Conversation.PositionOf(0).WriteTimestamp > 0);
    }

    [Theory]
    [InlineData(99, 0)]
    [InlineData(100, 0)]
    [InlineData(101, 1)]
    [InlineData(200, 1)]
    [InlineData(201, 3)]
    public void What_was_sent_before_a_join_is_hidden(long joined, uint hidden)
    {
        var conversation = new Conversation(
            ConversationId.Group(1), [Message(1, 1, created: 100), Message(2, 2, created: 300), Message(3, 3, created: 200)]);
        Assert.Equal(hidden, conversation.NewestBefore(joined));
    }

    [Fact]
    public void Of_users_with_one_name_the_first_who_may_log_in_keeps_it()
    {
        var users = DirectoryRules.Users([User(1, "ann", status: 3), User(2, "ann"), User(3, "ann"), User(4, "")], _report);
        Assert.Equal(["ann#1", "ann", "ann#3", "#4"], users.Select(user => user.Account.Profile.Name));
        Assert.Equal(3, _report.Reasons.Single().Rows);
    }

    [Fact]
    public void What_a_user_cannot_have_is_made_possible_and_reported()
    {
        var row = User(1, "ann") with
        {
            Sex = 9, Status = 7, Signature = new string('签', 50), Password = "plain", Updated = 0, DepartmentId = uint.MaxValue,
        };
        var (account, _) = Assert.Single(DirectoryRules.Users([row, User(0, "nobody"), User(uint.MaxValue, "nobody")], _report));

        Assert.Equal((0u, 4u, 1L, 0u), (account.Profile.Gender, account.Profile.Status, account.Profile.UpdatedSeconds, account.Profile.DepartmentId));
        Assert.Equal(new string('签', 42), account.Profile.Signature);
        Assert.Null(TeamTalkPassword.Parse(account.Credential));
        Assert.Null(PasswordRecord.Parse(account.Credential));
        Assert.Equal(2, _report.Of("IMUser").Skipped);
        Assert.Equal(4, _details.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public void Departments_with_one_name_under_one_parent_are_told_apart()
    {
        var departments = DirectoryRules.Departments(
            [new(1, "Lab", 0, 2, 0, 0), new(2, "Lab", 0, 0, 1, 7), new(3, "Lab", 1, 0, 0, 7), new(0, "Lab", 1, 0, 0, 7)], _report);
        Assert.Equal([new(1, "Lab", 0, 2, false, 1), new(2, "Lab#2", 0, 0, true, 7), new(3, "Lab", 1, 0, false, 7)], departments);
    }

    [Fact]
    public void Recordings_are_found_in_the_copy_of_their_folder_and_nowhere_else()
    {
        var parent = Directory.CreateTempSubdirectory("brokerim-audio-");
        try
        {
            var folder = parent.CreateSubdirectory("msfs").CreateSubdirectory("g0").FullName;
            File.WriteAllText(Path.Combine(folder, "a.spx"), "x");
            File.WriteAllText(Path.Combine(folder, "empty.spx"), "");
            File.WriteAllText(Path.Combine(parent.FullName, "secret"), "x");
            var above = new AudioFolder(Path.GetDirectoryName(folder));

            Assert.Equal(Path.Combine(folder, "a.spx"), above.Find("http://10.0.0.1:8700/g0/a.spx", out _));
            Assert.Equal(Path.Combine(folder, "a.spx"), new AudioFolder(folder).Find("http://10.0.0.1:8700/g0/a.spx", out _));
            Assert.Equal(Path.Combine(folder, "a.spx"), above.Find("g0/a.spx", out _));
            Assert.Null(above.Find("g0/empty.spx", out _));
            Assert.Null(above.Find("../secret", out _));
            Assert.Null(above.Find("http://10.0.0.1/%2e%2e/secret", out _));
            Assert.Null(above.Find(Path.Combine(parent.FullName, "secret"), out _));
            Assert.Null(above.Find(null, out _));
            Assert.Null(new AudioFolder(null).Find("g0/a.spx", out _));
            Assert.Equal(new byte[] { 0, 0, 1, 4, (byte)'x' }, AudioFolder.Read(Path.Combine(folder, "a.spx"), 260).ToByteArray());
        }
        finally
        {
            parent.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("v0$teamtalk-md5$$")]
    [InlineData("v0$teamtalk-md5$?$d41d8cd98f00b204e9800998ecf8427e")]
    [InlineData("v1$teamtalk-md5$$d41d8cd98f00b204e9800998ecf8427e")]
    [InlineData("v0$teamtalk-md5$$d41d8cd98f00b204e9800998ecf8427g")]
    public void What_is_no_old_password_is_not_read_as_one(string stored) => Assert.Null(TeamTalkPassword.Parse(stored));

    [Fact]
    public void Old_password_is_the_hash_of_what_clients_send_and_the_salt()
    {
        // The MD5 of "e10adc3949ba59abbe56e057f20f883e", which is that of "123456", and "12$4".
        var record = TeamTalkPassword.Parse(TeamTalkPassword.Create("3558e5cf96bd19ca9ba5134d854533b3", "12$4")!.ToString())!;
        Assert.True(record.Verify(PasswordRecord.ClientText("123456")));
        Assert.False(record.Verify(PasswordRecord.ClientText("123457")));
        Assert.False(record.Verify(""));
    }

    private static SourceMessage Message(long row, uint id, long created, uint sender = 2) => new(
        new("IMMessage_0", row, 1, sender, 6 - sender, id, "text"u8.ToArray(), 1, 0, created, null, 0), AudioFile: null);

    private static UserRow User(uint id, string name, uint status = 0) => new(
        id, name, "", "", "d41d8cd98f00b204e9800998ecf8427e", "1", 0, "", "", "", 0, status, "", false, 5);
}
