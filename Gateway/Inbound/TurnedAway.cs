using BrokerIm.Core.Values;

namespace BrokerIm.Gateway.Inbound;

/// <summary>
/// Conversations in which a message of this connection was turned away, as one too many or because nobody could say whether it may
/// be sent. What was sent behind it is turned away too, until it comes again: otherwise it would be overtaken.
/// </summary>
internal sealed class TurnedAway(TimeProvider time)
{
    /// <summary>A client that has given the message up will not send it again.</summary>
    public static readonly TimeSpan Remembered = TimeSpan.FromSeconds(30);

    private readonly Dictionary<ConversationId, (ClientMessageId First, long Since)> _conversations = [];

    /// <summary>Whether an earlier message of the conversation was turned away and has not come again.</summary>
    public bool IsBehind(ConversationId conversation, ClientMessageId id)
    {
        if (_conversations.Count == 0 || !_conversations.TryGetValue(conversation, out var away))
            return false;
        if (away.First != id && time.GetElapsedTime(away.Since) < Remembered)
            return true;
        _conversations.Remove(conversation);
        return false;
    }

    /// <summary>A message was turned away.</summary>
    public void Add(ConversationId conversation, ClientMessageId id) =>
        _conversations.TryAdd(conversation, (id, time.GetTimestamp()));
}
