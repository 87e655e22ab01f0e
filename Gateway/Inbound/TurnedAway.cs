using BrokerIm.Core.Values;

namespace BrokerIm.Gateway.Inbound;

/// <summary>
/// Messages of this connection that were turned away, as one too many or because nobody could say whether they may be sent, in their
/// order. What was sent behind one is turned away too, until that one comes again or has its answer after all: otherwise it would be
/// overtaken. Safe for any thread.
/// </summary>
internal sealed class TurnedAway(TimeProvider time)
{
    /// <summary>
    /// A client that does not send a message again for so long has given it up. Longer than the wait it was asked for, or its own for
    /// an answer.
    /// </summary>
    public static readonly TimeSpan Remembered = TimeSpan.FromSeconds(10);

    // Of a client that has more on its way than any of ours, the order of the rest is its own affair.
    private const int MaxMessages = 4_096;

    private readonly Lock _gate = new();
    private readonly Dictionary<ConversationId, List<Message>> _conversations = [];
    private int _count;

    /// <summary>Whether an earlier message of the conversation was turned away and is still to come again.</summary>
    public bool IsBehind(ConversationId conversation, ClientMessageId id)
    {
        lock (_gate)
        {
            return _count > 0 && _conversations.TryGetValue(conversation, out var away) && IsBehind(away, conversation, id);
        }
    }

    /// <summary>A message was turned away, for the first time or again.</summary>
    public void Add(ConversationId conversation, ClientMessageId id)
    {
        lock (_gate)
        {
            if (!_conversations.TryGetValue(conversation, out var away))
                _conversations[conversation] = away = [];

            var message = new Message(id, time.GetTimestamp());
            if (away.FindIndex(known => known.Id == id) is >= 0 and var known)
            {
                away[known] = message;
            }
            else if (_count < MaxMessages)
            {
                away.Add(message);
                _count++;
            }
        }
    }

    /// <summary>A message has come in, or needs not come again because it has its answer.</summary>
    public void Remove(ConversationId conversation, ClientMessageId id)
    {
        lock (_gate)
        {
            if (_count > 0 && _conversations.TryGetValue(conversation, out var away))
                Remove(away, conversation, id);
        }
    }

    // Apart from the questions above, which each message asks: what a lambda takes along is allocated where its method begins.
    private bool IsBehind(List<Message> away, ConversationId conversation, ClientMessageId id)
    {
        _count -= away.RemoveAll(message => message.Id != id && time.GetElapsedTime(message.LastAt) >= Remembered);
        if (away.Count > 0)
            return away[0].Id != id;

        _conversations.Remove(conversation);
        return false;
    }

    private void Remove(List<Message> away, ConversationId conversation, ClientMessageId id)
    {
        _count -= away.RemoveAll(message => message.Id == id);
        if (away.Count == 0)
            _conversations.Remove(conversation);
    }

    private readonly record struct Message(ClientMessageId Id, long LastAt);
}
