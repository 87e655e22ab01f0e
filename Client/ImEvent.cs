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
