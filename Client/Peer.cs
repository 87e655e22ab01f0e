using BrokerIm.Contracts.Wire;

namespace BrokerIm.Client;

/// <summary>The other side of a conversation: a user, or a group (what the protocol calls a session).</summary>
/// <param name="Id">User id or group id.</param>
/// <param name="IsGroup">Which of the two.</param>
public readonly record struct Peer(uint Id, bool IsGroup = false)
{
    /// <summary>How the wire says which of the two it is.</summary>
    public SessionType SessionType => IsGroup ? SessionType.Group : SessionType.Single;

    /// <summary>A user id alone means that user.</summary>
    public static implicit operator Peer(uint user) => new(user);

    /// <summary>The same as the conversion from a user id.</summary>
    public static Peer FromUInt32(uint user) => new(user);

    /// <summary>A group.</summary>
    public static Peer Group(uint group) => new(group, IsGroup: true);

    /// <summary>The peer a session of the wire names.</summary>
    public static Peer Of(SessionType type, uint id) => new(id, type == SessionType.Group);

    public override string ToString() => IsGroup ? $"group {Id}" : $"user {Id}";
}
