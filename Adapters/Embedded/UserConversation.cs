using BrokerIm.Core.Values;

namespace BrokerIm.Adapters.Embedded;

/// <summary>
/// A user and one of his conversations as one number, which is what SQLite finds fastest: the user, a bit for groups, and the peer
/// or group - 31, 1 and 31 bits. All conversations of a user are neighbours.
/// </summary>
internal readonly record struct UserConversation(long Key)
{
    private const uint GroupBit = 1U << 31;

    /// <summary>Smallest key of a user.</summary>
    public static long FirstOf(UserId user) => (long)user.Value << 32;

    /// <summary>Largest key of a user.</summary>
    public static long LastOf(UserId user) => FirstOf(user) | uint.MaxValue;

    /// <summary>The key; a pair's user must be one of the two.</summary>
    public static UserConversation Of(UserId user, ConversationId conversation)
    {
        if (conversation.IsGroup)
            return new(FirstOf(user) | GroupBit | conversation.GroupId);

        return conversation.HasMember(user)
            ? new(FirstOf(user) | conversation.PeerOf(user).Value)
            : throw new ArgumentException($"User {user} has no part in {conversation}.", nameof(conversation));
    }

    /// <summary>The user.</summary>
    public UserId User => new((uint)(Key >> 32));

    /// <summary>The conversation.</summary>
    public ConversationId Conversation => (Key & GroupBit) != 0
        ? ConversationId.Group((uint)Key & ~GroupBit)
        : ConversationId.Pair(User, new((uint)Key));
}
