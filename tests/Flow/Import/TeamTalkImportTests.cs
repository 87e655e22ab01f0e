using System.CommandLine;
using BrokerIm.Client;
using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Security;
using BrokerIm.Server.Commands;
using BrokerIm.Tests.Flow.Support;
using Microsoft.Extensions.DependencyInjection;

namespace BrokerIm.Tests.Flow.Import;

/// <summary>From an old database to clients that find everything where it was.</summary>
[Collection(Installation.OneAtATime)]
public sealed class TeamTalkImportTests : IAsyncLifetime
{
    private const uint Alice = 1;
    private const uint Bob = 2;
    private const uint Carol = 3;
    private const uint Group = 7;
    private const string Recording = "speex";

    private readonly string _folder = Directory.CreateTempSubdirectory("brokerim-import-").FullName;
    private OldDatabase? _old;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private OldDatabase Old => _old!;

    private string Data => Path.Combine(_folder, "data");

    private string Audio => Path.Combine(_folder, "audio");

    public async ValueTask InitializeAsync()
    {
        _old = await OldDatabase.CreateAsync();
        await Old.RunAsync("INSERT INTO IMDepart VALUES (1, 'Research', 5, 0, 0, 100, 100), (4, 'Chemistry', 0, 1, 1, 100, 100)");
        await Old.AddUserAsync(Alice, "alice", "secret");
        await Old.AddUserAsync(Bob, "bob", "hidden", salt: "");
        await Old.AddUserAsync(Carol, "carol", "gone", status: 3);
        await Old.AddUserAsync(9, "bob", "other");
        await Old.RunAsync("INSERT INTO IMRelationShip VALUES (11, 1, 2, 0, 100, 100), (12, 1, 3, 0, 100, 100), (13, 1, 2, 0, 100, 100)");
        await Old.AddMessageAsync(11, Alice, Bob, 1, Text("one"), 1000);
        await Old.AddMessageAsync(11, Bob, Alice, 2, Text("two"), 1001);
        await Old.AddMessageAsync(11, Bob, Alice, 3, Text("deleted"), 1002, status: 1);
        await Old.AddMessageAsync(11, Alice, Bob, 4, "21", 1003, type: 2);
        await Old.AddMessageAsync(11, Alice, Bob, 5, "22", 1004, type: 2);
        await Old.AddMessageAsync(13, Bob, Alice, 6, Text("three"), 1005);
        await Old.AddMessageAsync(12, Carol, Alice, 1, Text("bye"), 900);
        await Old.AddMessageAsync(99, Carol, Alice, 1, Text("lost"), 900);
        await Old.RunAsync("INSERT INTO IMAudio VALUES (21, 1, 2, 'http://10.0.0.1:8700/g0/000/000/1_2.spx', 5, 3, 1003)");
        Directory.CreateDirectory(Path.Combine(Audio, "g0", "000", "000"));
        await File.WriteAllTextAsync(Path.Combine(Audio, "g0", "000", "000", "1_2.spx"), Recording, Stop);

        await Old.RunAsync("INSERT INTO IMGroup VALUES (7, 'Lab', '', 1, 1, 2, 0, 4, 0, 100, 300), (8, 'Old', '', 1, 1, 2, 1, 4, 0, 100, 300)");
        await Old.RunAsync("INSERT INTO IMGroupMember VALUES (1, 7, 1, 0, 100, 100), (2, 7, 2, 0, 100, 300), (3, 7, 3, 1, 100, 200)");
        await Old.AddGroupMessageAsync(Group, Alice, 1, Text("before bob"), 200);
        await Old.AddGroupMessageAsync(Group, Alice, 2, Text("with bob"), 300);
        await Old.RunAsync("INSERT INTO IMRecentSession VALUES (1, 1, 2, 1, 0, 1, 1005), (2, 2, 1, 1, 0, 1, 1005), (3, 1, 3, 1, 1, 1, 900)");
        await Old.RunAsync("INSERT INTO IMDiscovery VALUES (1, 'Wiki', 'http://wiki.example/', 3, 0, 1, 1), (2, 'Gone', 'http://x/', 0, 1, 1, 1)");
    }

    public async ValueTask DisposeAsync()
    {
        if (_old is not null)
            await _old.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Users_log_in_with_their_old_passwords_and_find_what_they_had()
    {
        Assert.Equal(0, await ImportAsync("--audio-dir", Audio));
        await using var server = await EmbeddedServer.StartAsync(("Embedded:DataDirectory", Data));
        await Assert.ThrowsAsync<LoginRefusedException>(() => LoginAsync(server, "alice", "wrong"));
        await using (await LoginAsync(server, "alice", "secret"))
        {
        }

        Assert.NotNull(PasswordRecord.Parse((await AccountAsync(server, "alice")).Credential));
        await using var alice = await LoginAsync(server, "alice", "secret");
        await using var bob = await LoginAsync(server, "bob", "hidden");
        await Assert.ThrowsAsync<LoginRefusedException>(() => LoginAsync(server, "carol", "gone"));
        await using var otherBob = await LoginAsync(server, "bob#9", "other");
        Assert.Equal((Alice, Bob, 9u), (alice.Self.UserId, bob.Self.UserId, otherBob.Self.UserId));
        Assert.Equal(["1 Research 0", "4 Chemistry 1"], (await alice.GetDepartmentsAsync(Stop)).Select(one => $"{one.DeptId} {one.DeptName} {one.ParentDeptId}").Order());

        Assert.Empty(await alice.GetUnreadAsync(Stop));
        var recent = await alice.GetRecentSessionsAsync(default, Stop);
        Assert.Equal([(Bob, SessionType.Single, 4u), (Group, SessionType.Group, 2u)], recent.Select(one => (one.SessionId, one.SessionType, one.LatestMsgId)));

        var history = await alice.GetHistoryAsync(Bob, 0, 10, Stop);
        Assert.Equal(["1 one", "2 two", "3 ", "4 three"], history.Select(one => $"{one.Id} {one.Text}"));
        Assert.Equal([0, 0, 0, 3, .. Recording.Select(letter => (byte)letter)], history[2].Data.ToArray());
        Assert.Equal(["bye"], (await alice.GetHistoryAsync(Carol, 0, 10, Stop)).Select(one => one.Text));
        Assert.Equal(["before bob", "with bob"], (await alice.GetHistoryAsync(Peer.Group(Group), 0, 10, Stop)).Select(one => one.Text));
        Assert.Equal(["with bob"], (await bob.GetHistoryAsync(Peer.Group(Group), 0, 10, Stop)).Select(one => one.Text));
    }

    [Fact]
    public async Task Life_goes_on_above_what_was_imported_and_repeating_the_import_changes_nothing()
    {
        Assert.Equal(0, await ImportAsync());
        await using (var server = await EmbeddedServer.StartAsync(("Embedded:DataDirectory", Data)))
        {
            Assert.Equal(10u, Assert.Single(await server.AddUsersAsync("dave")));
            await using var alice = await LoginAsync(server, "alice", "secret");
            Assert.Equal(4u, (await alice.SendTextAsync(Bob, "new", Stop)).MessageId);
            var sent = await alice.SendAsync(Peer.Group(Group), MsgType.GroupText, TextCipher.Default.Encrypt("new"), Stop);
            Assert.Equal(3u, sent.MessageId);
        }

        // Somebody who is not in the old database: the store is in use.
        Assert.Equal(1, await ImportAsync());
        await Old.AddUserAsync(10, "dave", "any");
        Assert.Equal(0, await ImportAsync());

        await using var again = await EmbeddedServer.StartAsync(("Embedded:DataDirectory", Data));
        await using var bob = await LoginAsync(again, "bob", "hidden");
        Assert.Equal(["one", "two", "three", "new"], (await bob.GetHistoryAsync(Alice, 0, 10, Stop)).Select(one => one.Text));
        Assert.Equal(["with bob", "new"], (await bob.GetHistoryAsync(Peer.Group(Group), 0, 10, Stop)).Select(one => one.Text));
        Assert.Equal(2, (await bob.GetUnreadAsync(Stop)).Sum(one => one.UnreadCnt));
    }

    [Fact]
    public async Task Conversation_that_has_other_messages_is_left_alone()
    {
        Assert.Equal(0, await ImportAsync());
        await Old.RunAsync($"UPDATE IMMessage_{11 % 8} SET content = 'changed' WHERE msgId = 1; UPDATE IMMessage_{13 % 8} SET created = 2000 WHERE msgId = 6");
        Assert.Equal(1, await ImportAsync());

        await using var server = await EmbeddedServer.StartAsync(("Embedded:DataDirectory", Data));
        await using var alice = await LoginAsync(server, "alice", "secret");
        Assert.Equal(["one", "two", "three"], (await alice.GetHistoryAsync(Bob, 0, 10, Stop)).Select(one => one.Text));
    }

    [Fact]
    public async Task Every_row_that_is_left_out_is_reported_and_a_dry_run_writes_nothing()
    {
        var report = Path.Combine(_folder, "report");
        var discovery = Path.Combine(_folder, "discovery.json");
        Assert.Equal(0, await ImportAsync("--dry-run", "--audio-dir", Audio, "--report", report, "--discovery", discovery));

        var lines = (await File.ReadAllLinesAsync(report, Stop)).Select(line => line.Split('\t')).Select(parts => $"{parts[0]} {parts[2]}");
        Assert.Equal(
            [
                "IMDiscovery deleted",
                "IMGroup deleted",
                "IMGroupMember has left the group",
                "IMMessage_3 deleted",
                "IMMessage_3 its relation is missing",
                "IMMessage_3 the audio record is missing",
                "IMUser renamed to NAME#ID: the name is empty or taken",
            ],
            lines.Order(StringComparer.Ordinal));
        Assert.Contains("\"Url\": \"http://wiki.example/\"", await File.ReadAllTextAsync(discovery, Stop), StringComparison.Ordinal);

        await using var server = await EmbeddedServer.StartAsync(("Embedded:DataDirectory", Data));
        Assert.Null(await server.Services.GetRequiredService<IUserDirectory>().FindAsync("alice", Stop));
    }

    [Fact]
    public async Task Import_is_refused_while_the_server_runs_and_when_there_is_no_database()
    {
        await using var server = await EmbeddedServer.StartAsync(("Embedded:DataDirectory", Data));
        Assert.Equal(1, await ImportAsync());
        Assert.Equal(1, await RunAsync("--mysql", Old.ConnectionString + "none", "--data", Path.Combine(_folder, "other")));
        Assert.Equal(1, await RunAsync("--mysql", "no connection string", "--data", Path.Combine(_folder, "other")));
    }

    private static string Text(string text) => System.Text.Encoding.ASCII.GetString(TextCipher.Default.Encrypt(text));

    private static Task<ImClient> LoginAsync(EmbeddedServer server, string name, string password) => ImClient.ConnectAsync(
        new() { Host = "127.0.0.1", Port = server.Port, Name = name, Password = password, LoginTimeout = TimeSpan.FromMinutes(1) }, Stop);

    private static async Task<UserAccount> AccountAsync(EmbeddedServer server, string name) =>
        (await server.Services.GetRequiredService<IUserDirectory>().FindAsync(name, Stop))!;

    private Task<int> ImportAsync(params string[] options) =>
        RunAsync(["--mysql", Old.ConnectionString, "--data", Data, .. options]);

    private static Task<int> RunAsync(params string[] options) => new RootCommand { ImportCommand.Create() }
        .Parse(["import", "teamtalk", .. options])
        .InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false }, Stop);
}
