using System.Diagnostics;
using System.Globalization;
using BrokerIm.Core.Values;
using BrokerIm.Tests.Conformance;
using BrokerIm.Tests.Support;

namespace BrokerIm.Tests.Unit.Embedded;

/// <summary>What a caller was told is stored, is stored: through <c>kill -9</c> at any moment.</summary>
public sealed class CrashTests : IDisposable
{
    private const int Kills = 3;
    private const int StoredBeforeKill = 300;

    private static readonly Comparer<(ConversationId Conversation, uint Id)> s_byId = Comparer<(ConversationId Conversation, uint Id)>
        .Create((left, right) => (left.Conversation.Value, left.Id).CompareTo((right.Conversation.Value, right.Id)));

    private readonly SqliteFolder _folder = new();
    private readonly Dictionary<ConversationId, uint> _stored = CrashChild.Conversations.ToDictionary(one => one, _ => 0u);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Every_completed_write_outlives_the_process()
    {
        for (var kill = 0; kill < Kills; kill++)
        {
            await WriteAndKillAsync();
            using var sqlite = _folder.Open();
            Assert.Equal("ok", await sqlite.Readers.ReadAsync(
                0, static (session, _) => session.QueryText("PRAGMA integrity_check"), Deadline.Token));
            await AssertStoredAsync(sqlite);
        }
    }

    private async Task AssertStoredAsync(OpenSqlite sqlite)
    {
        List<(ConversationId, uint)> messages = [];
        foreach (var (conversation, told) in _stored)
        {
            var ids = (await sqlite.Store.ReadRangeAsync(conversation, 1, 1_000_000, Deadline.Token))
                .Select(message => message.MessageId).ToList();
            Assert.Equal(Enumerable.Range(1, ids.Count).Select(id => (uint)id), ids);
            Assert.InRange((uint)ids.Count, told, uint.MaxValue);
            messages.AddRange(ids.Select(id => (conversation, id)));
        }

        // One transaction holds a message and the record that tells of it: there is never one without the other.
        List<(ConversationId, uint)> events = [];
        await foreach (var batch in sqlite.Outbound.ReadAsync(start: null, Deadline.Token))
        {
            events.AddRange(batch.Slices[0].Records.SelectMany(record => record.Value!.Events).Select(
                told => (new ConversationId(told.Relation), told.MessageId)));
            if (events.Count >= messages.Count)
                break;
        }

        Assert.Equal(messages.Order(s_byId), events.Order(s_byId));
    }

    private async Task WriteAndKillAsync()
    {
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList =
            {
                typeof(CrashChild).Assembly.Location, "-explicit", "only",
                "-method", $"{typeof(CrashChild).FullName}.{nameof(CrashChild.Writes_until_it_is_killed)}",
            },
            Environment = { [CrashChild.Folder] = _folder.Path },
            RedirectStandardOutput = true,
        };
        using var child = Process.Start(start)!;
        var printed = new List<string>();
        for (var stored = 0; await child.StandardOutput.ReadLineAsync(Deadline.Token) is { } line; printed.Add(line))
        {
            if (Note(line) && ++stored == StoredBeforeKill)
                child.Kill();
        }

        await child.WaitForExitAsync(Deadline.Token);
        Assert.True(printed.Count >= StoredBeforeKill, string.Join('\n', printed));
    }

    private bool Note(string line)
    {
        if (!line.StartsWith(CrashChild.Stored, StringComparison.Ordinal))
            return false;

        // The kill may cut the last line short.
        if (line[CrashChild.Stored.Length..].Split(' ') is not [var conversation, var digits]
            || !uint.TryParse(digits, CultureInfo.InvariantCulture, out var id))
            return false;

        var key = new ConversationId(ulong.Parse(conversation, CultureInfo.InvariantCulture));
        _stored[key] = Math.Max(_stored[key], id);
        return true;
    }
}
