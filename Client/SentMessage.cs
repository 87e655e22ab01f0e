using BrokerIm.Contracts.Wire;

namespace BrokerIm.Client;

/// <summary>A message the server has stored.</summary>
/// <param name="MessageId">Its rank in the conversation.</param>
/// <param name="Status">
/// <see cref="SendStatus.Stored"/>, or <see cref="SendStatus.Duplicate"/> when an earlier attempt had stored it already.
/// </param>
/// <param name="SendId">The id under which it was sent.</param>
public sealed record SentMessage(uint MessageId, SendStatus Status, SendId SendId);
