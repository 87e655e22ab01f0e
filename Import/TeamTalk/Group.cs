using BrokerIm.Contracts.Records;
using BrokerIm.Contracts.Wire;
using Google.Protobuf;

namespace BrokerIm.Import.TeamTalk;

/// <summary>A group and its members as they are now; who has left is not among them.</summary>
internal sealed class Group(GroupRow row)
{
    private readonly Dictionary<uint, MemberRow> _members = [];

    /// <summary>The row.</summary>
    public GroupRow Row => row;

    /// <summary>How many are in it.</summary>
    public int MemberCount => _members.Count;

    /// <summary>Takes a member in; false when he is there already.</summary>
    public bool TryAdd(MemberRow member) => _members.TryAdd(member.User, member);

    /// <summary>Writes the group and its memberships beside its messages.</summary>
    /// <remarks>
    /// The time of a join, which hides what was before, is kept outside the old database. Its row holds when the member first came and
    /// when he last came back; the later one counts, so nobody sees what he was not meant to see.
    /// </remarks>
    /// <param name="conversation">The group's messages.</param>
    /// <param name="creatorIsKnown">Whether the creator is imported; else the group is as one made by an operator.</param>
    /// <param name="sessions">The members' lists.</param>
    public void Apply(Conversation conversation, bool creatorIsKnown, Sessions sessions)
    {
        var facts = new GroupFacts
        {
            Type = Enum.IsDefined((GroupType)row.Type) ? row.Type : (uint)GroupType.Normal,
            Name = row.Name,
            Avatar = row.Avatar,
            Creator = creatorIsKnown ? row.Creator : 0,
            Version = Math.Max(1, row.Version),
            MemberCount = (uint)_members.Count,
            CreatedMs = MillisecondsOf(row.Created),
            UpdatedMs = MillisecondsOf(row.Updated),
        };
        var position = Conversation.PositionOf(0);
        conversation.Sides.GroupEvents.Add(new(row.Id, position, facts.ToByteArray()));
        foreach (var member in _members.Values)
        {
            var joined = Math.Max(member.Created, member.Updated);
            conversation.Sides.Joins.Add(new(row.Id, new(member.User), position, conversation.NewestBefore(joined)));
            sessions.Apply(conversation, new(member.User));
        }
    }

    private static ulong MillisecondsOf(long seconds) => (ulong)Math.Clamp(seconds, 0, uint.MaxValue) * 1000;
}
