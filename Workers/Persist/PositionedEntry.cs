using BrokerIm.Contracts.Records;
using BrokerIm.Core.Values;

namespace BrokerIm.Workers.Persist;

/// <summary>An entry with its place in the log and the gateway it came from.</summary>
internal readonly record struct PositionedEntry(
    InboundEntry Entry, ConversationId Conversation, LogPosition Position, InboundRecord Record);
