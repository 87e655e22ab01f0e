namespace BrokerIm.Core.Values;

/// <summary>
/// A conversation: a pair of users (<c>lower &lt;&lt; 32 | higher</c>) or a group (<c>1 &lt;&lt; 63 | group id</c>).
/// Computed from who talks, never allocated, so first contact cannot race.
/// </summary>
public readonly record struct ConversationId(ulong Value)
{
    private const ulong GroupBit = 1UL << 63;

    /// <summary>Whether this is a group rather than a pair.</summary>
    public bool IsGroup => (Value & GroupBit) != 0;

    /// <summary>The lower-numbered user of a pair.</summary>
    public UserId Low => new((uint)(Value >> 32));

    /// <summary>The higher-numbered user of a pair.</summary>
    public UserId High => new((uint)Value);

    /// <summary>The group's id.</summary>
    public uint GroupId => (uint)Value;

    /// <summary>The conversation of two different users, whichever of them asks.</summary>
    public static ConversationId Pair(UserId one, UserId other) => one < other
        ? new(((ulong)one.Value << 32) | other.Value)
        : new(((ulong)other.Value << 32) | one.Value);

    /// <summary>The conversation of a group.</summary>
    public static ConversationId Group(uint groupId) => new(GroupBit | groupId);

    /// <summary>Whether the number is a pair of two different valid users, or a group with a valid id.</summary>
    public bool IsValid => IsGroup
        ? (Value & ~GroupBit) is >= 1 and <= UserId.MaxValue
        : Low.IsValid && High.IsValid && Low < High;

    /// <summary>Whether the user is one of the two of this pair.</summary>
    public bool HasMember(UserId user) => !IsGroup && (user == Low || user == High);

    /// <summary>The other user of a pair; what clients call the session id.</summary>
    public UserId PeerOf(UserId user) => user == Low ? High : Low;

    /// <summary>
    /// Fibonacci hashing. The number's own hash is one half XOR the other: users with neighbouring numbers who write to each other, as
    /// in every load test and many a department, would nearly all share one.
    /// </summary>
    public override int GetHashCode() => (int)((Value * 0x9E37_79B9_7F4A_7C15UL) >> 32);

    public override string ToString() => IsGroup ? $"group {GroupId}" : $"pair {Low}-{High}";
}
