namespace BrokerIm.LoadTests.Verifying;

/// <summary>
/// What one user has seen of one conversation: which of his messages were acknowledged, which of the others' arrived, and under
/// which ids. Small enough to keep for every message, complete enough to notice one that is lost, doubled, out of order or
/// misnumbered. Not safe for several threads.
/// </summary>
/// <param name="senders">How many users send in the conversation; they are numbered from 0.</param>
/// <param name="sender">Which of them this user is; -1 when he only listens.</param>
/// <param name="hasIds">Whether the server numbers messages. Where it does not, ids are 0 and not judged.</param>
internal sealed class Ledger(int senders, int sender, bool hasIds)
{
    private readonly NumberSet?[] _received = new NumberSet?[senders];
    private readonly long[] _nextExpected = new long[senders];
    private uint _lastAckedId;
    private uint _lastReceivedId;
    private uint _highestId;
    private ulong _idSum;

    /// <summary>Highest id before the run: the next message gets the one after it.</summary>
    public uint BaseId { get; set; }

    /// <summary>Numbers of own messages that were acknowledged.</summary>
    public NumberSet Acked { get; } = new();

    /// <summary>Messages of others that arrived, repeats not counted.</summary>
    public long ReceivedCount { get; private set; }

    /// <summary>Messages that arrived more than once.</summary>
    public long Duplicates { get; private set; }

    /// <summary>Messages, and ids of messages or acks, that came after a later one.</summary>
    public long OutOfOrder { get; private set; }

    /// <summary>Messages that nobody in this conversation can have sent.</summary>
    public long Strayed { get; private set; }

    /// <summary>Fingerprint of (sender, number, id) of own messages, by their acks.</summary>
    public ulong AckedSum { get; private set; }

    /// <summary>Fingerprint of (sender, number, id) of the others' messages, as they arrived.</summary>
    public ulong ReceivedSum { get; private set; }

    /// <summary>Numbers of one sender's messages that arrived.</summary>
    public NumberSet ReceivedFrom(int other) => _received[other] ??= new();

    /// <summary>An own message was stored under this id; false when that was known.</summary>
    public bool SawAck(long number, uint id)
    {
        if (!Acked.Add(number))
            return false;

        if (hasIds && id <= _lastAckedId)
            OutOfOrder++;
        _lastAckedId = Math.Max(_lastAckedId, id);
        AckedSum += Mix(sender, number, id);
        SawId(id);
        return true;
    }

    /// <summary>A message arrived; false when it had arrived before, or can be none of this conversation.</summary>
    public bool SawMessage(int from, long number, uint id)
    {
        if (from < 0 || from >= senders || from == sender)
        {
            Strayed++;
            return false;
        }

        if (!ReceivedFrom(from).Add(number))
        {
            Duplicates++;
            return false;
        }

        if (number != _nextExpected[from] || (hasIds && id <= _lastReceivedId))
            OutOfOrder++;
        _nextExpected[from] = Math.Max(_nextExpected[from], number + 1);
        _lastReceivedId = Math.Max(_lastReceivedId, id);
        ReceivedSum += Mix(from, number, id);
        ReceivedCount++;
        SawId(id);
        return true;
    }

    /// <summary>Whether acks and arrivals together name every id from the first after <see cref="BaseId"/> to the highest, once each.</summary>
    public bool HasDenseIds()
    {
        if (!hasIds || _highestId == 0)
            return true;
        if (_highestId - BaseId != Acked.Count + ReceivedCount)
            return false;

        ulong sum = 0;
        for (var id = BaseId + 1; id <= _highestId; id++)
            sum += Mix(0, 0, id);
        return sum == _idSum;
    }

    private void SawId(uint id)
    {
        _idSum += Mix(0, 0, id);
        _highestId = Math.Max(_highestId, id);
    }

    // The finalizer of splitmix64: sums of such numbers agree by chance once in 2^64.
    private static ulong Mix(int from, long number, uint id)
    {
        var mixed = ((((ulong)from << 44) ^ (ulong)number) * 0xD6E8FEB86659FD93) ^ ((ulong)id * 0x9E3779B97F4A7C15);
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }
}
