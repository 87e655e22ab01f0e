using BrokerIm.Core;
using BrokerIm.Core.Values;

namespace BrokerIm.Import.TeamTalk;

/// <summary>Brings in groups, who is in them, and their messages.</summary>
internal sealed class GroupImport(
    TeamTalkTables tables,
    IReadOnlySet<uint> users,
    MessageFilter filter,
    Sessions sessions,
    ConversationSink sink,
    ImportReport report)
{
    private const string Groups = "IMGroup";
    private const string Members = "IMGroupMember";

    private readonly Dictionary<uint, Group> _groups = [];

    /// <summary>Reads groups and members; nothing is written yet.</summary>
    /// <returns>Numbers of the groups that will be imported, and the highest one there is.</returns>
    public async Task<(IReadOnlySet<uint> Ids, uint Highest)> ReadAsync(CancellationToken cancellationToken)
    {
        uint highest = 0;
        await foreach (var row in tables.GroupsAsync(cancellationToken))
        {
            report.Of(Groups).Read++;
            highest = Math.Max(highest, Math.Min(row.Id, UserId.MaxValue));
            if (row.Status != 0)
                report.Skip(Groups, row.Id, "deleted");
            else if (!ConversationId.Group(row.Id).IsValid)
                report.Skip(Groups, row.Id, "the number is outside 1 to 2147483647");
            else
                _groups[row.Id] = new(row);
        }

        await foreach (var row in tables.MembersAsync(cancellationToken))
        {
            report.Of(Members).Read++;
            if (ProblemOf(row) is { } problem)
                report.Skip(Members, row.Id, problem);
            else
                report.Of(Members).Imported++;
        }

        return (_groups.Keys.ToHashSet(), highest);
    }

    /// <summary>Reads the messages and writes everything.</summary>
    public async Task RunAsync(IEnumerable<string> shards, CancellationToken cancellationToken)
    {
        foreach (var shard in shards)
            await ReadAsync(shard, cancellationToken);
        foreach (var group in _groups.Keys.ToList())
            await AddAsync(group, [], cancellationToken);
        await sink.FlushAsync(cancellationToken);
    }

    private string? ProblemOf(MemberRow row)
    {
        if (row.Status != 0)
            return "has left the group";
        if (!users.Contains(row.User))
            return "the user is not imported";
        if (!_groups.TryGetValue(row.Group, out var group))
            return "the group is not imported";
        if (group.MemberCount >= Limits.MaxGroupMembers)
            return $"the group has {Limits.MaxGroupMembers} members already";
        return group.TryAdd(row) ? null : "is a member already";
    }

    private async Task ReadAsync(string shard, CancellationToken cancellationToken)
    {
        uint group = 0;
        List<SourceMessage> messages = [];
        await foreach (var row in tables.GroupMessagesAsync(shard, cancellationToken))
        {
            if (row.Owner != group)
            {
                await EndAsync(group, messages, cancellationToken);
                (group, messages) = (row.Owner, []);
            }

            if (filter.OfGroup(row, _groups.ContainsKey(row.Owner)) is { } message)
                messages.Add(message);
        }

        await EndAsync(group, messages, cancellationToken);
    }

    private ValueTask EndAsync(uint group, List<SourceMessage> messages, CancellationToken cancellationToken) =>
        messages.Count == 0 ? ValueTask.CompletedTask : AddAsync(group, messages, cancellationToken);

    private async ValueTask AddAsync(uint id, List<SourceMessage> messages, CancellationToken cancellationToken)
    {
        _groups.Remove(id, out var group);
        MessageOrder.Sort(messages);
        var conversation = new Conversation(ConversationId.Group(id), messages);
        group!.Apply(conversation, users.Contains(group.Row.Creator), sessions);
        await sink.AddAsync(conversation, cancellationToken);
        report.Of(Groups).Imported++;
    }
}
