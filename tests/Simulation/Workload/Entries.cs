using System.Buffers.Binary;
using BrokerIm.Contracts.Records;
using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Values;
using Google.Protobuf;

namespace BrokerIm.Simulation.Workload;

/// <summary>Makes the entries that gateways put into the log: new messages, repeats, late ones, read marks, changes of groups; and
/// an operator's orders to erase.</summary>
internal sealed class Entries(Random random, Func<long> nowMs)
{
    private const uint FirstUser = 1001;
    private const uint Users = 6;
    private const uint FirstGroup = 1;

    private readonly List<InboundEntry> _sent = [];
    private readonly List<InboundEntry> _held = [];
    private readonly ConversationId[] _pairs = [.. Pairs(random)];
    private readonly uint _groups = (uint)random.Next(3);
    private ulong _made;

    /// <summary>The groups, to be made before anything else.</summary>
    public IEnumerable<InboundEntry> Groups() =>
        Enumerable.Range((int)FirstGroup, (int)_groups).Select(group =>
        {
            var entry = Entry(EntryKind.GroupCreate, ConversationId.Group((uint)group), FirstUser);
            entry.ClientMessageId = NewId(nowMs());
            entry.Group = new() { Type = (uint)GroupType.Normal, Name = $"group {group}" };
            entry.Users.Add([FirstUser, FirstUser + 1, FirstUser + 2]);
            return entry;
        });

    /// <summary>The next entry.</summary>
    public InboundEntry Next() => random.Next(20) switch
    {
        0 or 1 or 2 when _sent.Count > 0 => Again(_sent[^random.Next(1, Math.Min(_sent.Count, 6) + 1)]),
        3 when _sent.Count > 0 => Again(_sent[random.Next(_sent.Count)]),
        4 when _held.Count > 0 => Publish(Take(_held)),
        5 => Hold(),
        6 => ReadMark(),
        7 when _groups > 0 => GroupChange(),
        8 when random.Next(6) == 0 => Entry(EntryKind.SessionRemove, AnyConversation(), AnyUser()),
        9 when random.Next(6) == 0 => Entry(EntryKind.Message, new(5), AnyUser()),
        10 when random.Next(3) == 0 => Erase(),
        _ => Publish(Message()),
    };

    private static IEnumerable<ConversationId> Pairs(Random random) => Enumerable.Range(0, random.Next(1, 5))
        .Select(i => ConversationId.Pair(new(FirstUser + (uint)i), new(FirstUser + (uint)i + 1)));

    private InboundEntry Message()
    {
        var conversation = AnyConversation();
        var sender = conversation.IsGroup ? AnyUser() : (random.Next(2) == 0 ? conversation.Low : conversation.High).Value;
        var entry = Entry(EntryKind.Message, conversation, sender);
        entry.ClientMessageId = NewId(nowMs());
        entry.MessageType = (uint)(conversation.IsGroup ? MsgType.GroupText : MsgType.SingleText);

        // Nobody says the same thing twice, so content that is there twice was stored twice.
        var content = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(content, _made);
        entry.Data = ByteString.CopyFrom(content);
        return entry;
    }

    // A message that its client made now and that gets through much later.
    private InboundEntry Hold()
    {
        _held.Add(Message());
        return Publish(Message());
    }

    private InboundEntry Publish(InboundEntry entry)
    {
        _sent.Add(entry);
        return Again(entry);
    }

    // The gateway stamps what it receives; never before the client's own time.
    private InboundEntry Again(InboundEntry entry)
    {
        var again = entry.Clone();
        _ = ClientMessageId.TryRead(entry.ClientMessageId.Span, out var id);
        again.StampMs = (ulong)Math.Max(nowMs(), id.TimeMs);
        return again;
    }

    private InboundEntry ReadMark()
    {
        var entry = Entry(EntryKind.ReadMark, AnyConversation(), AnyUser());
        entry.ReadId = (uint)random.Next(1, 30);
        return entry;
    }

    // What is there already, and what is not there yet.
    private InboundEntry Erase()
    {
        var entry = Entry(EntryKind.Erase, AnyConversation(), sender: 0);
        var first = (uint)random.Next(1, 20);
        entry.MessageIds.Add([first, first + 1, first + (uint)random.Next(2, 6)]);
        return entry;
    }

    private InboundEntry GroupChange()
    {
        var kind = random.Next(5) switch { 0 or 1 => EntryKind.GroupAdd, 2 or 3 => EntryKind.GroupRemove, _ => EntryKind.GroupShield };
        var entry = Entry(kind, ConversationId.Group(AnyGroup()), kind == EntryKind.GroupShield ? AnyUser() : FirstUser);
        if (kind == EntryKind.GroupShield)
            entry.Shield = random.Next(2) == 0;
        else
            entry.Users.Add(AnyUser());
        return entry;
    }

    private InboundEntry Entry(EntryKind kind, ConversationId conversation, uint sender) => new()
    {
        Kind = kind,
        Relation = conversation.Value,
        Sender = sender,
        StampMs = (ulong)nowMs(),
        ClientMadeId = true,
        Connection = 1,
        Sequence = (uint)random.Next(1, 1_000),
    };

    private ByteString NewId(long timeMs)
    {
        Span<byte> unique = stackalloc byte[10];
        BinaryPrimitives.WriteUInt64BigEndian(unique, ++_made);
        return ClientMessageId.Create(timeMs, unique).ToByteString();
    }

    private T Take<T>(List<T> from)
    {
        var index = random.Next(from.Count);
        var taken = from[index];
        from.RemoveAt(index);
        return taken;
    }

    private ConversationId AnyConversation()
    {
        var index = random.Next(_pairs.Length + (int)_groups);
        return index < _pairs.Length ? _pairs[index] : ConversationId.Group(FirstGroup + (uint)(index - _pairs.Length));
    }

    private uint AnyGroup() => FirstGroup + (uint)random.Next((int)_groups);

    private uint AnyUser() => FirstUser + (uint)random.Next((int)Users);
}
