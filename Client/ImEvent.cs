using BrokerIm.Contracts.Wire;

namespace BrokerIm.Client;

/// <summary>Something that happened without being asked for.</summary>
public abstract record ImEvent;

/// <summary>
/// A message made after the client connected. Each comes once and in the order of its conversation; what this client sent itself
/// does not come, what the user sent from another device does.
/// </summary>
public sealed record MessageReceived(ChatMessage Message) : ImEvent;

/// <summary>The user read a conversation up to this message on another device.</summary>
public sealed record MessageRead(Peer Peer, uint MessageId) : ImEvent;

/// <summary>Somebody's PC client went online or offline. Only the latest state of a user waits to be read.</summary>
public sealed record UserStatusChanged(uint User, UserStatType Status) : ImEvent;

/// <summary>For mobile clients: the user's own PC client went online or offline.</summary>
public sealed record PcLoginStatusChanged(UserStatType Status) : ImEvent;

/// <summary>
/// Members of a group were added or removed, not by this client. Several changes that wait to be read come as one.
/// </summary>
/// <param name="Group">The group; the user himself may be among those added or removed.</param>
/// <param name="By">Who did it last.</param>
/// <param name="Added">Who came.</param>
/// <param name="Removed">Who went.</param>
/// <param name="Members">Who is a member now.</param>
public sealed record GroupMembersChanged(
    uint Group, uint By, IReadOnlyList<uint> Added, IReadOnlyList<uint> Removed, IReadOnlyList<uint> Members) : ImEvent;

/// <summary>The user took a conversation off his list on another device. Servers tell this of one-to-one conversations only.</summary>
public sealed record SessionRemoved(Peer Peer) : ImEvent;

/// <summary>Somebody set a signature, perhaps the user himself. Only the latest of a user waits to be read.</summary>
public sealed record SignatureChanged(uint User, string Signature) : ImEvent;

/// <summary>Somebody set a picture, perhaps the user himself. Only the latest of a user waits to be read.</summary>
public sealed record AvatarChanged(uint User, string Url) : ImEvent;

/// <summary>Somebody writes a message to the user, or has stopped. Only the latest of a user waits to be read.</summary>
public sealed record UserTyping(uint User, bool IsTyping) : ImEvent;

/// <summary>
/// A client said something that is not kept; <see cref="UserTyping"/> apart. Of those that wait to be read, the oldest go when they
/// are more than <see cref="ImClientOptions.EventCapacity"/>.
/// </summary>
/// <param name="From">Who said it; the user himself, when it was another device of his.</param>
/// <param name="To">To whom.</param>
/// <param name="Data">What was said.</param>
public sealed record P2PReceived(uint From, uint To, string Data) : ImEvent
{
    /// <summary>What was said, as far as it is what clients have agreed on; otherwise null.</summary>
    public P2PCommand? Command => P2PCommand.TryParse(Data);
}

/// <summary>The server ended this session in favour of another one. The client does not reconnect.</summary>
public sealed record Kicked(KickReasonType Reason) : ImEvent;

/// <summary>The connection is gone.</summary>
/// <param name="Reason">Why, in words.</param>
/// <param name="WillReconnect">False when this was the last event.</param>
public sealed record Disconnected(string Reason, bool WillReconnect) : ImEvent;

/// <summary>An attempt to reconnect failed; further ones follow.</summary>
/// <param name="Reason">Why, in words.</param>
/// <param name="Failures">Failures in a row.</param>
public sealed record ReconnectFailed(string Reason, int Failures) : ImEvent;

/// <summary>Connected and logged in again; messages missed meanwhile follow.</summary>
public sealed record Reconnected : ImEvent;
