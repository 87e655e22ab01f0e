namespace BrokerIm.LoadTests.Chat;

/// <summary>
/// What one user has seen of his conversation: which of his messages were acknowledged, which of his partner's arrived, and under
/// which ids. Small enough to keep for every message, complete enough to notice one that is lost, doubled, out of order or
/// misnumbered. Not safe for several threads.
/// </summary>
internal sealed class ChatLedger
{
    private long _nextExpected;
    private uint _lastAckedId;
    private uint _lastReceivedId;
    private uint _highestId;
    private ulong _idSum;

    /// <summary>Highest id before the run: the next message gets the one after it.</summary>
    public uint BaseId { get; set; }

    /// <summary>Numbers of own messages that were acknowledged.</summary>
    public NumberSet Acked { get; } = new();

    /// <summary>Numbers of the partner's messages that arrived.</summary>
    public NumberSet Received { get; } = new();

    /// <summary>Messages that arrived more than once.</summary>
    public long Duplicates { get; private set; }

    /// <summary>Messages, and ids of messages or acks, that came after a later one.</summary>
    public long OutOfOrder { get; private set; }

    /// <summary>Fingerprint of (number, id) of own messages, by their acks.</summary>
    public ulong AckedSum { get; private set; }

    /// <summary>Fingerprint of (number, id) of the partner's messages, as they arrived.</summary>
    public ulong ReceivedSum { get; private set; }

    /// <summary>An own message was stored under this id; false when that was known.</summary>
    public bool SawAck(long number, uint id)
    {
        if (!Acked.Add(number))
            return false;

        if (id <= _lastAckedId)
            OutOfOrder++;
        _lastAckedId = Math.Max(_lastAckedId, id);
        AckedSum += Mix(number, id);
        SawId(id);
        return true;
    }

    /// <summary>A message of the partner arrived; false when it had arrived before.</summary>
    public bool SawMessage(long number, uint id)
    {
        if (!Received.Add(number))
        {
            Duplicates++;
            return false;
        }

        if (number != _nextExpected || id <= _lastReceivedId)
            OutOfOrder++;
        _nextExpected = Math.Max(_nextExpected, number + 1);
        _lastReceivedId = Math.Max(_lastReceivedId, id);
        ReceivedSum += Mix(number, id);
        SawId(id);
        return true;
    }

    /// <summary>Whether acks and arrivals together name every id from the first after <see cref="BaseId"/> to the highest, once each.</summary>
    public bool HasDenseIds()
    {
        if (_highestId == 0)
            return true;
        if (_highestId - BaseId != Acked.Count + Received.Count)
            return false;

        ulong sum = 0;
        for (var id = BaseId + 1; id <= _highestId; id++)
            sum += Mix(0, id);
        return sum == _idSum;
    }

    private void SawId(uint id)
    {
        _idSum += Mix(0, id);
        _highestId = Math.Max(_highestId, id);
    }

    // The finalizer of splitmix64: sums of such numbers agree by chance once in 2^64.
    private static ulong Mix(long number, uint id)
    {
        var mixed = ((ulong)number << 32) ^ ((ulong)id * 0x9E3779B97F4A7C15);
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }
}
