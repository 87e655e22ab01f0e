namespace BrokerIm.Client.Events;

/// <summary>
/// What one conversation owes the application: every message after a starting point, once and in order. Ids are ranks without
/// gaps, so a missing one is known to be missing; it is fetched from the history before anything behind it is handed on.
/// </summary>
/// <remarks>Pure bookkeeping: no clock, no network. Not safe for several threads.</remarks>
internal sealed class ConversationTracker(Peer peer)
{
    /// <summary>Most messages the history is asked for at once.</summary>
    public const int PageSize = 100;

    // Seen and not yet due. Null stands for an id that is accounted for without an event: sent from here, or erased.
    private readonly Dictionary<uint, ChatMessage?> _waiting = [];
    private uint? _last;
    private uint _head;

    // The history has nothing up to here: a group shows its members only what came after they joined.
    private uint _empty;
    private uint _stride = PageSize;

    /// <summary>The conversation.</summary>
    public Peer Peer { get; } = peer;

    /// <summary>Messages that wait to be due.</summary>
    public int Waiting => _waiting.Count;

    /// <summary>Everything up to this id is accounted for; null until the starting point is known.</summary>
    public uint? Last => _last;

    /// <summary>Sets the starting point: messages up to this id are history.</summary>
    public void StartAfter(uint id)
    {
        _last ??= id;
        _head = Math.Max(_head, id);
        foreach (var old in _waiting.Keys.Where(key => key <= _last).ToList())
            _waiting.Remove(old);
    }

    /// <summary>The conversation is known to reach this id.</summary>
    public void SawHead(uint id) => _head = Math.Max(_head, id);

    /// <summary>A message arrived.</summary>
    /// <returns>False when it is kept out: seen before.</returns>
    public bool Saw(ChatMessage message)
    {
        SawHead(message.Id);
        return !(message.Id <= _last) && _waiting.TryAdd(message.Id, message);
    }

    /// <summary>The message with this id was sent from here, so it makes no event.</summary>
    public void SawOwn(uint id)
    {
        SawHead(id);
        if (!(id <= _last))
            _waiting[id] = null;
    }

    /// <summary>The history was asked for a range and answered.</summary>
    /// <param name="from">First id asked for.</param>
    /// <param name="to">Last id asked for.</param>
    /// <param name="page">Any of the range; a server may leave out the older end, but nothing between.</param>
    public void Filled(uint from, uint to, IReadOnlyCollection<ChatMessage> page)
    {
        if (page.Count == 0)
        {
            // Answers go backwards as far as there is anything. Who was away from a group may have missed a million messages that he
            // may not see; so the next look goes twice as far.
            _empty = Math.Max(_empty, to);
            _stride = Math.Min(_stride * 2, uint.MaxValue / 4);
            return;
        }

        foreach (var message in page)
            Saw(message);

        // What is not there below the oldest answered id will be asked for again.
        _stride = PageSize;
        var oldest = Math.Max(from, page.Min(message => message.Id));
        for (var id = oldest; id <= to; id++)
        {
            if (!(id <= _last))
                _waiting.TryAdd(id, null);
        }
    }

    /// <summary>What is to be done next. A message handed out is accounted for.</summary>
    /// <param name="mustWait">Whether a message that would be due cannot be judged yet.</param>
    public ConversationStep Next(Func<ChatMessage, bool> mustWait)
    {
        if (_last is null)
        {
            if (_head == 0)
                return ConversationStep.Nothing;
            var lowest = _waiting.Count == 0 ? _head + 1 : _waiting.Keys.Min();
            if (lowest > 1)
                return ConversationStep.FindStart(Peer, lowest - 1);
            _last = 0;
        }

        while (true)
        {
            if (_waiting.TryGetValue(_last.Value + 1, out var message))
            {
                if (message is not null && mustWait(message))
                    return ConversationStep.Nothing;

                _last++;
                _waiting.Remove(_last.Value);
                if (message is not null)
                    return ConversationStep.Deliver(message);
            }
            else if (_last.Value < _empty)
                _last = Math.Min(_empty, GapEnd());
            else
                return _last.Value >= _head ? ConversationStep.Nothing : FetchAfter(_last.Value);
        }
    }

    private ConversationStep FetchAfter(uint last)
    {
        var to = Math.Min(GapEnd(), last + _stride);
        return ConversationStep.Fetch(Peer, Math.Max(last + 1, to < PageSize ? 1 : to - PageSize + 1), to);
    }

    private uint GapEnd() => _waiting.Count == 0 ? _head : _waiting.Keys.Min() - 1;
}
