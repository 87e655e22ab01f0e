using BrokerIm.Client;

namespace BrokerIm.LoadTests.Talk;

/// <summary>The messages of one connection that have no ack yet, by their number; allocates nothing once it exists.</summary>
internal sealed class SendWindow
{
    /// <summary>Sequences go from 1 to this.</summary>
    public const int Sequences = 65_534;

    private readonly Slot[] _slots;
    private long _oldest;

    /// <param name="size">Messages that may be without an ack, at most <see cref="Sequences"/>.</param>
    public SendWindow(int size)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, Sequences);
        _slots = new Slot[size];
    }

    /// <summary>Number of the next message.</summary>
    public long Next { get; private set; }

    /// <summary>Whether no message may be sent: the one that had this place before has no ack yet.</summary>
    public bool IsFull => Next - _oldest == _slots.Length;

    /// <summary>Messages without an ack.</summary>
    public int Outstanding { get; private set; }

    /// <summary>Sequence of a message; differs among those in the window.</summary>
    public static ushort SequenceOf(long number) => (ushort)((number % Sequences) + 1);

    /// <summary>Takes the next number.</summary>
    public long Open(SendId sendId, long intendedAt)
    {
        var number = Next++;
        _slots[number % _slots.Length] = new(number, sendId, intendedAt, IsOpen: true);
        Outstanding++;
        return number;
    }

    /// <summary>The message a sequence belongs to, while it is in the window.</summary>
    public long NumberOf(ushort sequence)
    {
        var ahead = (sequence - 1 - (_oldest % Sequences) + Sequences) % Sequences;
        return _oldest + ahead;
    }

    /// <summary>A message that has no ack yet.</summary>
    public bool TryFind(long number, out Slot slot)
    {
        slot = number < 0 ? default : _slots[number % _slots.Length];
        return slot.IsOpen && slot.Number == number;
    }

    /// <summary>The message has its ack.</summary>
    public void Close(long number)
    {
        _slots[number % _slots.Length].IsOpen = false;
        Outstanding--;
        while (_oldest < Next && !_slots[_oldest % _slots.Length].IsOpen)
            _oldest++;
    }

    /// <summary>One message.</summary>
    /// <param name="Number">Its number.</param>
    /// <param name="SendId">Its id.</param>
    /// <param name="IntendedAt">When it was to be sent.</param>
    /// <param name="IsOpen">Without an ack.</param>
    public record struct Slot(long Number, SendId SendId, long IntendedAt, bool IsOpen);
}
