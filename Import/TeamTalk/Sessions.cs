using BrokerIm.Core.Values;

namespace BrokerIm.Import.TeamTalk;

/// <summary>The old list of recent sessions, by whose and with whom; each is used once.</summary>
internal sealed class Sessions(ImportReport report)
{
    private const string Table = "IMRecentSession";

    private readonly Dictionary<(UserId User, ConversationId Conversation), SessionRow> _rows = [];

    /// <summary>Takes a row in; of several for one session the latest counts.</summary>
    public void Add(SessionRow row)
    {
        report.Of(Table).Read++;
        var user = new UserId(row.User);
        var conversation = row.IsGroup ? ConversationId.Group(row.Peer) : ConversationId.Pair(user, new(row.Peer));
        if (!user.IsValid || !conversation.IsValid)
        {
            report.Skip(Table, row.Id, "user or peer cannot be");
            return;
        }

        if (!_rows.TryGetValue((user, conversation), out var other) || other.Updated < row.Updated)
            (_rows[(user, conversation)], row) = (row, other!);
        if (row is not null)
            report.Skip(Table, row.Id, "there is a later one");
    }

    /// <summary>
    /// Notes what a user's list says of a conversation: when it was active, and whether he took it off. Everything counts as read,
    /// because the old server kept the unread counts elsewhere.
    /// </summary>
    /// <param name="conversation">With all its messages.</param>
    /// <param name="user">One who sees it.</param>
    public void Apply(Conversation conversation, UserId user)
    {
        var head = conversation.Head;
        if (head == 0)
            return;

        conversation.Sides.ReadMarks.Add(new(user, conversation.Id, head));
        var isListed = _rows.Remove((user, conversation.Id), out var row);
        if (isListed)
            report.Of(Table).Imported++;
        if (isListed && row!.IsRemoved)
            conversation.Sides.Removals.Add(new(user, conversation.Id, head));

        // When a group was active is read from its messages.
        if (conversation.Id.IsGroup)
            return;
        var activityMs = isListed ? Math.Clamp(row!.Updated, 0, uint.MaxValue) * 1000 : conversation.HeadTimeMs;
        conversation.Sides.Activities.Add(new(user, conversation.Id, activityMs, Conversation.PositionOf(head)));
    }

    /// <summary>Reports what was not used.</summary>
    public void Close()
    {
        foreach (var row in _rows.Values)
            report.Skip(Table, row.Id, "its conversation has no messages, or the user is not in it");
        _rows.Clear();
    }
}
