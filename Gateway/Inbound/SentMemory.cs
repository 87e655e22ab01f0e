using BrokerIm.Core.Values;

namespace BrokerIm.Gateway.Inbound;

/// <summary>
/// What one connection has sent during the last seconds. It recognises the resend of an old Windows client (same sequence, same
/// content: protocol chapter 03 section 3.8), and a message of this very connection when it comes back from the store.
/// </summary>
/// <remarks>
/// Bounded: when <see cref="MaxSlots"/> younger entries have pushed one out, it is forgotten early. Sequence 0 names nothing,
/// because clients use it for many requests at once. Safe for any thread.
/// </remarks>
internal sealed class SentMemory(TimeProvider time)
{
    /// <summary>Entries remembered at most.</summary>
    public const int MaxSlots = 256;

    /// <summary>How long an entry counts.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(15);

    private const int FirstSlots = 8;

    private readonly Lock _gate = new();

    // Apart from the slots, so that a search by sequence runs over a few cache lines.
    private ushort[] _sequences = new ushort[FirstSlots];
    private SentMessage[] _slots = new SentMessage[FirstSlots];
    private int _next;

    /// <summary>The id given to the same content under the same sequence a moment ago.</summary>
    public bool TryRecall(ushort sequence, ulong contentHash, out ClientMessageId id)
    {
        lock (_gate)
        {
            var index = Find(sequence);
            var same = index >= 0 && _slots[index].ContentHash == contentHash && IsYoung(_slots[index]);
            id = same ? _slots[index].Id : default;
            return same;
        }
    }

    /// <summary>Remembers a message that goes into the log.</summary>
    /// <param name="sequence">Sequence of its frame.</param>
    /// <param name="contentHash">Hash of receiver, type and data; 0 when the client made the id.</param>
    /// <param name="id">Its id, the client's or ours.</param>
    public void Remember(ushort sequence, ulong contentHash, ClientMessageId id)
    {
        lock (_gate)
        {
            // A repeat takes the place of what it repeats, so that it is owed an answer again.
            var index = sequence == 0 ? FindId(id) : Find(sequence);
            if (index < 0)
                index = NextSlot();

            _sequences[index] = sequence;
            _slots[index] = new(sequence, contentHash, id, time.GetTimestamp(), AnswerState.Owed);
        }
    }

    /// <summary>The message that an answer with this sequence, or with this id, is for; null when it is forgotten already.</summary>
    public SentMessage? Find(ushort sequence, ClientMessageId? id)
    {
        lock (_gate)
            return FindAnswered(sequence, id) is >= 0 and var index ? _slots[index] : null;
    }

    /// <summary>The answer to a message has been written.</summary>
    public void MarkAnswered(ushort sequence, ClientMessageId? id) => Mark(sequence, id, AnswerState.Given);

    /// <summary>Nobody waits for the answer to a message any more; should it come all the same, it is written.</summary>
    public void GiveUp(ushort sequence, ClientMessageId? id) => Mark(sequence, id, AnswerState.GivenUp);

    /// <summary>Whether a message sent up to a moment is still without an answer and young enough for one.</summary>
    /// <param name="timestamp">Timestamp of the time provider.</param>
    public bool HasUnansweredUntil(long timestamp)
    {
        lock (_gate)
        {
            foreach (ref readonly var slot in _slots.AsSpan())
            {
                if (slot is { Answer: AnswerState.Owed, ReceivedAt: > 0 } && slot.ReceivedAt <= timestamp && IsYoung(slot))
                    return true;
            }

            return false;
        }
    }

    private void Mark(ushort sequence, ClientMessageId? id, AnswerState answer)
    {
        lock (_gate)
        {
            if (FindAnswered(sequence, id) is >= 0 and var index)
                _slots[index] = _slots[index] with { Answer = answer };
        }
    }

    private int FindAnswered(ushort sequence, ClientMessageId? id) =>
        sequence != 0 || id is null ? Find(sequence) : FindId(id.Value);

    private int Find(ushort sequence) => sequence == 0 ? -1 : _sequences.AsSpan().IndexOf(sequence);

    private int FindId(ClientMessageId id)
    {
        for (var i = 0; i < _slots.Length; i++)
        {
            if (_slots[i].Id == id && _slots[i].ReceivedAt > 0)
                return i;
        }

        return -1;
    }

    private int NextSlot()
    {
        if (_slots.Length < MaxSlots && _slots[_next].ReceivedAt > 0 && IsYoung(_slots[_next]))
        {
            _next = _slots.Length;
            Array.Resize(ref _sequences, _slots.Length * 2);
            Array.Resize(ref _slots, _slots.Length * 2);
        }

        var index = _next;
        _next = (_next + 1) % _slots.Length;
        return index;
    }

    private bool IsYoung(in SentMessage slot) => time.GetElapsedTime(slot.ReceivedAt) <= Lifetime;
}

/// <summary>One message a connection has sent.</summary>
/// <param name="Sequence">Sequence of its frame.</param>
/// <param name="ContentHash">Hash of its content; 0 when the client made the id.</param>
/// <param name="Id">Its client message id.</param>
/// <param name="ReceivedAt">Timestamp of the time provider.</param>
/// <param name="Answer">What has become of its answer.</param>
internal readonly record struct SentMessage(
    ushort Sequence, ulong ContentHash, ClientMessageId Id, long ReceivedAt, AnswerState Answer)
{
    /// <summary>Whether the client has its answer.</summary>
    public bool Answered => Answer == AnswerState.Given;

    /// <summary>Whether the client knows the id.</summary>
    public bool MadeByClient => ContentHash == 0;
}

/// <summary>What has become of an answer.</summary>
internal enum AnswerState
{
    /// <summary>It is still to come.</summary>
    Owed,

    /// <summary>It has been written.</summary>
    Given,

    /// <summary>It may never come: the outcome is unknown.</summary>
    GivenUp,
}
