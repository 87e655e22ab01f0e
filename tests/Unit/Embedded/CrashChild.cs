using System.Globalization;
using BrokerIm.Adapters.Embedded;
using BrokerIm.Contracts.Records;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using BrokerIm.Tests.Conformance;
using BrokerIm.Tests.Support;

namespace BrokerIm.Tests.Unit.Embedded;

/// <summary>The process that <see cref="CrashTests"/> kills: commits as fast as it can and says what is stored.</summary>
public sealed class CrashChild
{
    /// <summary>Variable that names the folder to write in.</summary>
    public const string Folder = "BROKERIM_TEST_CRASH_FOLDER";

    /// <summary>What a line about a stored message begins with; conversation and id follow.</summary>
    public const string Stored = "stored ";

    /// <summary>Conversations that are written side by side.</summary>
    internal static ConversationId[] Conversations { get; } =
        [.. Enumerable.Range(0, 8).Select(i => i % 2 == 0 ? ConversationId.Group((uint)i + 1) : ConversationId.Pair(new((uint)i), new(99)))];

    [Fact(Explicit = true)]
    public async Task Writes_until_it_is_killed()
    {
        // Small enough to be killed in the middle of a checkpoint as well.
        using var sqlite = new OpenSqlite(
            new() { DataDirectory = Environment.GetEnvironmentVariable(Folder)!, CheckpointPages = 100 });
        var heads = await sqlite.Store.HeadsAsync(Conversations, TestContext.Current.CancellationToken);
        var progress = await sqlite.Store.ReadProgressAsync(1, TestContext.Current.CancellationToken);
        var offset = progress.GetValueOrDefault(0);
        await Task.WhenAll(Conversations.Select((conversation, i) => Task.Run(async () =>
        {
            for (var id = (heads[i]?.MessageId ?? 0) + 1; ; id++)
            {
                await CommitAsync(sqlite.Commit, conversation, id, Interlocked.Increment(ref offset));
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Stored}{conversation.Value} {id}"));
            }
        })));
    }

    private static async Task CommitAsync(SqlitePersistCommit commit, ConversationId conversation, uint id, long offset)
    {
        var rows = new StoreBatch();
        rows.Messages.AddRange(Fresh.Messages(conversation, id, 1, offset));
        var record = new OutboundRecord { Version = 1 };
        record.Events.Add(new OutboundEvent { Relation = conversation.Value, MessageId = id });
        await commit.CommitAsync(new(1, rows, [(0, record)], [(0, offset + 1)]), CancellationToken.None);
    }
}
