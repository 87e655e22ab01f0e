using BrokerIm.Core.Values;

namespace BrokerIm.Gateway.Inbound;

/// <summary>
/// What one connection has sent during the last seconds. It recognises the resend of an old Windows client (same sequence, same
/// content: protocol chapter 03 section 3.8), and a message of this very connection when it comes back from the store.
/// </summary>
/// <remarks>
/// Bounded: when <see cref="MaxSlots"/> younger entries have pushed one out, it is forgotten early. Sequence 0 is never
/// recognised, because clients use it for many requests at once.
/// </remarks>
internal sealed class SentMemory
{
    /// <summary>Entries remembered at most.</summary>
    public const int MaxSlots = 256;

    /// <summary>How long an entry counts.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(15);

    private const int FirstSlots = 8;

    private readonly Lock gate = new();

    // Apart from the slots, so that a search by sequence runs over a few cache lines.
    private ushort[] sequences = new ushort[FirstSlots];
    private Slot[] slots = new Slot[FirstSlots];
    private int next;

    /// <summary>The id given to the same content under the same sequence a moment ago.</summary>
    public bool TryRecall(ushort sequence, ulong contentHash, long now, out ClientMessageId id)
    {
        lock (gate)
        {
            if (Find(sequence) is >= 0 and var index && slots[index].ContentHash == contentHash && IsYoung(slots[index], now))
            {
                id = slots[index].Id;
                return true;
            }
        }

        id = default;
        return false;
    }

    /// <summary>Remembers a message that goes into the log.</summary>
    /// <param name="sequence">Sequence of its frame.</param>
    /// <param name="contentHash">Hash of receiver, type and data.</param>
    /// <param name="id">Its id, the client's or ours.</param>
    /// <param name="now">Time stamp in milliseconds of any steady clock.</param>
    public void Remember(ushort sequence, ulong contentHash, ClientMessageId id, long now)
    {
        lock (gate)
        {
            var index = Find(sequence);
            if (index < 0)
                index = NextSlot(now);

            sequences[index] = sequence;
            slots[index] = new(sequence, contentHash, id, now);
        }
    }

    /// <summary>When the message with this sequence came in, in milliseconds of the clock used to remember it.</summary>
    public bool TryGetReceipt(ushort sequence, out long receivedAt)
    {
        lock (gate)
        {
            var index = Find(sequence);
            receivedAt = index < 0 ? 0 : slots[index].ReceivedAt;
            return index >= 0;
        }
    }

    /// <summary>The sequence under which this connection sent the message with this id.</summary>
    public bool TryGetSequence(ClientMessageId id, out ushort sequence)
    {
        lock (gate)
        {
            foreach (ref readonly var slot in slots.AsSpan())
            {
                if (slot.Id == id && id != default)
                {
                    sequence = slot.Sequence;
                    return true;
                }
            }
        }

        sequence = 0;
        return false;
    }

    private int Find(ushort sequence) => sequence == 0 ? -1 : sequences.AsSpan().IndexOf(sequence);

    private int NextSlot(long now)
    {
        if (slots[next].Id != default && IsYoung(slots[next], now) && slots.Length < MaxSlots)
        {
            next = slots.Length;
            Array.Resize(ref sequences, slots.Length * 2);
            Array.Resize(ref slots, slots.Length * 2);
        }

        var index = next;
        next = (next + 1) % slots.Length;
        return index;
    }

    private static bool IsYoung(in Slot slot, long now) => now - slot.ReceivedAt <= Lifetime.TotalMilliseconds;

    private readonly record struct Slot(ushort Sequence, ulong ContentHash, ClientMessageId Id, long ReceivedAt);
}
