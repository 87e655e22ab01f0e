using BrokerIm.Contracts.Records;
using BrokerIm.Core.Conversations;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using Google.Protobuf;

namespace BrokerIm.Workers.Persist;

/// <summary>Writes what became of groups into a batch's rows.</summary>
internal sealed class GroupRows(StoreBatch rows)
{
    /// <summary>A group that was created, or whose members changed; the state is the one after it.</summary>
    public void AddChange(PositionedEntry entry, Decision decision, GroupState group)
    {
        var id = entry.Conversation.GroupId;
        rows.GroupEvents.Add(new(id, entry.Position, group.Facts!.ToByteArray()));
        foreach (var user in decision.Users)
        {
            if (entry.Entry.Kind == EntryKind.GroupRemove)
            {
                rows.Leaves.Add(new(id, user, group.Of(user)!.Value.JoinedAt, entry.Position, decision.MessageId));
                continue;
            }

            rows.Joins.Add(new(id, user, entry.Position, decision.MessageId));

            // Who joins has read everything he cannot see (protocol chapter 05 section 5.2).
            if (decision.MessageId > 0)
                rows.ReadMarks.Add(new(user, entry.Conversation, decision.MessageId));
        }
    }

    /// <summary>A member's wish for no pushes.</summary>
    public void AddShield(PositionedEntry entry, GroupState group)
    {
        var user = new UserId(entry.Entry.Sender);
        rows.Shields.Add(new(
            entry.Conversation.GroupId, user, group.Of(user)!.Value.JoinedAt, entry.Entry.Shield, entry.Position));
    }
}
