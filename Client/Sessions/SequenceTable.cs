namespace BrokerIm.Client.Sessions;

/// <summary>
/// What waits for an answer on one connection, by the sequence it went out with: 1 to 65,534 in turn, never 0 (the server's own
/// frames) and never one that still waits. Not safe for several threads.
/// </summary>
internal sealed class SequenceTable<T>
    where T : class
{
    /// <summary>Largest sequence; how many can wait at once.</summary>
    public const ushort Max = 65_534;

    private readonly Dictionary<ushort, T> _waiting = [];
    private ushort _last;

    /// <summary>How many wait.</summary>
    public int Count => _waiting.Count;

    /// <summary>Gives <paramref name="item"/> the next free sequence.</summary>
    /// <exception cref="InvalidOperationException">All 65,534 are in use; callers bound what they send long before.</exception>
    public ushort Add(T item)
    {
        if (_waiting.Count == Max)
            throw new InvalidOperationException("Every sequence of the connection waits for an answer.");

        do
            _last = _last == Max ? (ushort)1 : (ushort)(_last + 1);
        while (!_waiting.TryAdd(_last, item));
        return _last;
    }

    /// <summary>What went out with this sequence, or null.</summary>
    public T? Find(ushort sequence) => _waiting.GetValueOrDefault(sequence);

    /// <summary>Frees the sequence; harmless when it is free already.</summary>
    public void Remove(ushort sequence) => _waiting.Remove(sequence);

    /// <summary>Frees all sequences and returns what waited.</summary>
    public IReadOnlyList<T> RemoveAll()
    {
        T[] all = [.. _waiting.Values];
        _waiting.Clear();
        return all;
    }
}
