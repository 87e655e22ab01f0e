using BrokerIm.Contracts.Records;
using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Conversations;
using BrokerIm.Core.Values;
using Google.Protobuf;

namespace BrokerIm.Tests.Unit.Conversations;

public sealed class GroupFoldTests
{
    private const uint Creator = 1;
    private const uint Member = 2;
    private const uint Other = 3;
    private const uint Stranger = 9;
    private static readonly ConversationId s_group = ConversationId.Group(7);

    private readonly ConversationState _state = new(null) { Group = new(null) };
    private long _position;
    private int _message;

    [Fact]
    public void A_group_has_its_creator_whether_or_not_he_listed_himself()
    {
        var decision = Create(GroupType.Temporary, Member, Member, Other);

        Assert.Equal(DecisionKind.Changed, decision.Kind);
        Assert.Equal([Creator, Member, Other], decision.Users.Select(user => user.Value));
        Assert.Equal((1u, 3u, Creator), (_state.Group!.Facts!.Version, _state.Group.Facts.MemberCount, _state.Group.Facts.Creator));
    }

    [Fact]
    public void The_same_request_makes_the_group_once_and_another_does_not_take_its_number()
    {
        Create(GroupType.Temporary, Member);

        Assert.Equal(DecisionKind.Duplicate, Create(GroupType.Temporary, Member).Kind);
        Assert.Equal(DecisionKind.Refused, Apply(EntryKind.GroupCreate, Other, entry =>
        {
            entry.ClientMessageId = Id(1);
            entry.Group = new() { Type = (uint)GroupType.Temporary, Name = "another" };
        }).Kind);
        Assert.Equal(1u, _state.Group!.Facts!.Version);
    }

    [Theory]
    [InlineData(GroupType.Temporary, Creator, true, true)]
    [InlineData(GroupType.Temporary, Member, true, false)]
    [InlineData(GroupType.Temporary, Stranger, false, false)]
    [InlineData(GroupType.Normal, Creator, true, true)]
    [InlineData(GroupType.Normal, Member, false, false)]
    [InlineData(GroupType.Normal, Stranger, false, false)]
    [InlineData(GroupType.Normal, 0u, true, true)]
    [InlineData(GroupType.Temporary, 0u, true, true)]
    public void Who_may_add_and_remove_is_the_table_of_the_protocol(GroupType type, uint who, bool mayAdd, bool mayRemove)
    {
        Create(type, Member, Other);

        Assert.Equal(mayAdd ? DecisionKind.Changed : DecisionKind.Refused, Add(who, 4).Kind);
        Assert.Equal(mayRemove ? DecisionKind.Changed : DecisionKind.Refused, Remove(who, Other).Kind);
        Assert.Equal(1u + (mayAdd ? 1u : 0) + (mayRemove ? 1u : 0), _state.Group!.Facts!.Version);
    }

    [Fact]
    public void A_message_of_a_member_removed_one_entry_earlier_is_refused_and_his_earlier_one_is_still_known()
    {
        Create(GroupType.Temporary, Member);
        Assert.Equal((DecisionKind.Stored, 1u), Outcome(Send(Member, id: 50)));

        Remove(Creator, Member);

        Assert.Equal(DecisionKind.Refused, Send(Member, id: 51).Kind);
        Assert.Equal((DecisionKind.Duplicate, 1u), Outcome(Send(Member, id: 50)));
        Assert.Equal((DecisionKind.Stored, 2u), Outcome(Send(Creator, id: 52)));
    }

    [Fact]
    public void Who_comes_back_begins_a_new_stay_behind_the_messages_of_meanwhile()
    {
        Create(GroupType.Temporary, Member);
        Send(Creator);
        Remove(Creator, Member);
        Send(Creator);
        var decision = Add(Creator, Member);

        Assert.Equal((DecisionKind.Changed, 2u), Outcome(decision));
        var stay = _state.Group!.Of(new(Member))!.Value;
        Assert.Equal((2u, true), (stay.JoinHead, stay.IsOpen));
        Assert.False(stay.Sees(2));
        Assert.True(stay.Sees(3));
    }

    [Fact]
    public void Nothing_to_do_is_refused_and_leaves_the_version()
    {
        Create(GroupType.Temporary, Member);

        Assert.Equal(DecisionKind.Refused, Add(Creator, Member).Kind);
        Assert.Equal(DecisionKind.Refused, Remove(Creator, Stranger).Kind);
        Assert.Equal(1u, _state.Group!.Facts!.Version);
    }

    [Fact]
    public void The_creator_keeps_his_rights_when_he_leaves_until_the_group_is_empty()
    {
        Create(GroupType.Temporary, Member);
        Assert.Equal(DecisionKind.Changed, Remove(Creator, Creator).Kind);
        Assert.Equal(DecisionKind.Refused, Send(Creator).Kind);
        Assert.Equal(DecisionKind.Changed, Remove(Creator, Member).Kind);

        Assert.Equal(0u, _state.Group!.Facts!.MemberCount);
        Assert.Equal(DecisionKind.Refused, Add(Creator, Member).Kind);
    }

    [Fact]
    public void Ones_own_message_is_read_with_all_before_it()
    {
        Create(GroupType.Temporary, Member);
        Send(Creator);
        Send(Member);

        Assert.Equal((1u, 2u), (_state.ReadMarkOf(new(Creator)), _state.ReadMarkOf(new(Member))));
        Assert.Equal(DecisionKind.Unchanged, Apply(EntryKind.ReadMark, Member, entry => entry.ReadId = 2).Kind);
        Assert.Equal((DecisionKind.Read, 2u), Outcome(Apply(EntryKind.ReadMark, Creator, entry => entry.ReadId = 99)));
    }

    [Fact]
    public void Only_members_shield_read_and_remove()
    {
        Create(GroupType.Temporary, Member);
        _state.MarkRead(new(Stranger), 0);

        foreach (var kind in new[] { EntryKind.GroupShield, EntryKind.ReadMark, EntryKind.SessionRemove })
            Assert.Equal(DecisionKind.Refused, Apply(kind, Stranger, entry => entry.ReadId = 1).Kind);
        Assert.Equal(DecisionKind.Shielded, Apply(EntryKind.GroupShield, Member, entry => entry.Shield = true).Kind);
        Assert.True(_state.Group!.Of(new(Member))!.Value.Shielded);
        Assert.Equal(DecisionKind.Removed, Apply(EntryKind.SessionRemove, Member, _ => { }).Kind);
    }

    [Fact]
    public void There_is_no_group_before_it_was_created()
    {
        Assert.Equal(DecisionKind.Refused, Send(Creator).Kind);
        Assert.Equal(DecisionKind.Refused, Add(Creator, Member).Kind);
        Assert.Equal(DecisionKind.Refused, Apply(EntryKind.GroupCreate, Creator, entry =>
        {
            entry.ClientMessageId = Id(1);
            entry.Group = new() { Type = (uint)GroupType.Temporary, Name = "" };
        }).Kind);
    }

    [Fact]
    public void Group_entries_that_no_gateway_publishes_are_defects()
    {
        Assert.Contains("for groups only", Defect(entry => entry.Relation = ConversationId.Pair(new(1), new(2)).Value), StringComparison.Ordinal);
        Assert.Contains("member 0", Defect(entry => entry.Users.Add(0)), StringComparison.Ordinal);
        Assert.Contains("type", Defect(entry => (entry.Kind, entry.ClientMessageId) = (EntryKind.GroupCreate, Id(1))), StringComparison.Ordinal);
        Assert.Contains("sender 0", Defect(entry => (entry.Kind, entry.Sender) = (EntryKind.GroupShield, 0)), StringComparison.Ordinal);
        Assert.Null(Defect(entry => entry.Sender = 0));

        static string? Defect(Action<InboundEntry> damage)
        {
            var entry = new InboundEntry { Kind = EntryKind.GroupAdd, Relation = s_group.Value, Sender = Creator, Users = { 2 } };
            damage(entry);
            return ConversationFold.Defect(entry);
        }
    }

    private Decision Create(GroupType type, params uint[] members) => Apply(EntryKind.GroupCreate, Creator, entry =>
    {
        entry.ClientMessageId = Id(0);
        entry.Group = new() { Type = (uint)type, Name = "friends" };
        entry.Users.AddRange(members);
    });

    private Decision Add(uint who, params uint[] users) => Apply(EntryKind.GroupAdd, who, entry => entry.Users.AddRange(users));

    private Decision Remove(uint who, params uint[] users) => Apply(EntryKind.GroupRemove, who, entry => entry.Users.AddRange(users));

    private Decision Send(uint who, int? id = null) => Apply(EntryKind.Message, who, entry =>
    {
        entry.ClientMessageId = Id(id ?? 1_000 + _message++);
        entry.MessageType = (uint)MsgType.GroupText;
        entry.Data = ByteString.CopyFromUtf8("text");
    });

    private Decision Apply(EntryKind kind, uint who, Action<InboundEntry> fill)
    {
        var entry = new InboundEntry { Kind = kind, Relation = s_group.Value, Sender = who, StampMs = (ulong)++_position };
        fill(entry);
        Assert.Null(ConversationFold.Defect(entry));

        // What the worker would have read: nobody here was ever in the group before.
        foreach (var user in ConversationFold.Concerned(entry).Where(user => !_state.Group!.Knows(user)))
            _state.Group!.Learn(user, null);
        return ConversationFold.Apply(_state, entry, _position);
    }

    private static (DecisionKind Kind, uint Id) Outcome(Decision decision) => (decision.Kind, decision.MessageId);

    private static ByteString Id(int number) => ClientMessageId.Create(number, BitConverter.GetBytes((long)number).Concat(new byte[8]).ToArray())
        .ToByteString();
}
