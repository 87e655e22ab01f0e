namespace BrokerIm.Gateway.Queries;

/// <summary>
/// Cuts a list of changes to what fits into one reply (protocol chapter 04 section 2). Clients store the time of the reply and
/// ask again from there, so elements changed in one second stay together, the oldest go first, and nothing is skipped.
/// </summary>
/// <typeparam name="T">Element of the list.</typeparam>
/// <param name="secondOf">When an element was changed.</param>
/// <param name="bytesOf">Its size in the reply.</param>
/// <param name="budgetBytes">Room in the reply.</param>
/// <param name="strict">
/// Whether the room is a hard limit. What is to be done when one second alone is too much, say after an import: a client with a
/// hard limit gets the part that fits, any other gets that second whole.
/// </param>
internal sealed class ChangedSince<T>(Func<T, long> secondOf, Func<T, int> bytesOf, int budgetBytes, bool strict)
{
    private readonly List<T> _selected = [];
    private ReplyBudget _budget = new(budgetBytes);

    /// <summary>What goes into the reply, oldest change first.</summary>
    public IReadOnlyList<T> Selected => _selected;

    /// <summary>Whether something did not fit any more.</summary>
    public bool IsFull { get; private set; }

    /// <summary>Adds changes, oldest first, second by second, until one second does not fit.</summary>
    public void Add(ReadOnlySpan<T> changes)
    {
        while (!IsFull && !changes.IsEmpty)
        {
            var second = FirstSecond(changes);
            AddSecond(second);
            changes = changes[second.Length..];
        }
    }

    /// <summary>The leading elements that were changed in one and the same second.</summary>
    public ReadOnlySpan<T> FirstSecond(ReadOnlySpan<T> changes)
    {
        var length = 1;
        while (length < changes.Length && secondOf(changes[length]) == secondOf(changes[0]))
            length++;
        return changes[..length];
    }

    private void AddSecond(ReadOnlySpan<T> second)
    {
        var bytes = 0L;
        foreach (var change in second)
            bytes += bytesOf(change);

        if (bytes <= int.MaxValue && _budget.TryTake((int)bytes))
        {
            _selected.AddRange(second);
            return;
        }

        IsFull = true;
        if (_selected.Count > 0)
            return;

        foreach (var change in second)
        {
            if (strict && !_budget.TryTake(bytesOf(change)))
                return;
            _selected.Add(change);
        }
    }
}
