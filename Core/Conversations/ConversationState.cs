using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;

namespace BrokerIm.Core.Conversations;

/// <summary>
/// One conversation as the fold knows it: the head, and of the dedupe window as much as was needed so far.
/// </summary>
/// <remarks>
/// Message times never fall, and a client id is never younger than its message. So a send whose id is younger than everything
/// not known here cannot repeat any of it, and a conversation that nobody retries in costs one head read and no window.
/// </remarks>
public sealed class ConversationState
{
    private readonly Dictionary<(UserId Sender, ClientMessageId Id), SeenMessage> _seen = [];
    private readonly Queue<SeenMessage> _order = [];
    private readonly Dictionary<UserId, uint> _readMarks = [];
    private readonly uint _window;
    private HashSet<UserId>? _unconfirmed;

    /// <summary>Starts from the newest stored message, or from nothing.</summary>
    /// <param name="head">The newest message, null when there is none.</param>
    /// <param name="window">
    /// Messages within which a repeat is recognised. Part of the log's format: other than <see cref="Limits.DedupeWindow"/> only where
    /// whoever folds the same log agrees.
    /// </param>
    public ConversationState(MessageHead? head, int window = Limits.DedupeWindow)
    {
        _window = (uint)window;
        Head = head?.MessageId ?? 0;
        HeadTimeMs = (long)(head?.Meta.TimeMs ?? 0);
        LowCount = head?.Meta.LowCount ?? 0;
        KnownFrom = Head + 1;
        UnknownUntilMs = HeadTimeMs;
    }

    /// <summary>Id of the newest message; 0 when there is none.</summary>
    public uint Head { get; private set; }

    /// <summary>Time of the newest message, Unix milliseconds.</summary>
    public long HeadTimeMs { get; private set; }

    /// <summary>How many of messages 1 to <see cref="Head"/> came from the lower-numbered user of the pair.</summary>
    public uint LowCount { get; private set; }

    /// <summary>Lowest id from which on every client id is known here; <see cref="Head"/> + 1 when none is.</summary>
    public uint KnownFrom { get; private set; }

    /// <summary>No message below <see cref="KnownFrom"/> is younger than this.</summary>
    public long UnknownUntilMs { get; private set; }

    /// <summary>Lowest id inside the dedupe window of the next message.</summary>
    public uint WindowFrom => Head >= _window ? Head - _window + 1 : 1;

    /// <summary>The group, where the conversation is one; null until it was loaded.</summary>
    public GroupState? Group { get; set; }

    /// <summary>Whether the user's read mark is known here.</summary>
    public bool KnowsReadMark(UserId user) => _readMarks.ContainsKey(user);

    /// <summary>How far the user has read.</summary>
    /// <exception cref="InvalidOperationException">It was not loaded.</exception>
    public uint ReadMarkOf(UserId user) => _readMarks.TryGetValue(user, out var mark)
        ? mark
        : throw new InvalidOperationException($"The read mark of user {user} was not loaded.");

    /// <summary>Notes how far a user has read, as it was decided here.</summary>
    public void MarkRead(UserId user, uint messageId)
    {
        _readMarks[user] = messageId;
        _unconfirmed?.Remove(user);
    }

    /// <summary>
    /// Takes in how far a user has read, as the store says. Marks have no log position: it may be the mark that a worker wrote, to
    /// some replicas only and without telling anybody, before it died and this one took over.
    /// </summary>
    public void LearnReadMark(UserId user, uint messageId)
    {
        _readMarks[user] = messageId;
        if (messageId > 0)
            (_unconfirmed ??= []).Add(user);
    }

    /// <summary>Whether the user's mark was only read back, so that it may not be safe and told.</summary>
    public bool IsUnconfirmed(UserId user) => _unconfirmed?.Contains(user) == true;

    /// <summary>Whether a send made at this time could repeat a message that is inside the window and not known here.</summary>
    public bool NeedsOlder(long clientTimeMs) => clientTimeMs <= UnknownUntilMs && KnownFrom > WindowFrom;

    /// <summary>Takes in older messages, newest first, directly below <see cref="KnownFrom"/>.</summary>
    public void LearnOlder(IReadOnlyList<MessageHead> older)
    {
        var newer = _order.ToArray();
        _order.Clear();
        foreach (var head in older.Reverse())
        {
            if (!ClientMessageId.TryRead(head.Meta.ClientMessageId.Span, out var id))
                throw new InvalidDataException($"Message {head.MessageId} was stored without a client message id.");

            Remember(new(new(head.Meta.Sender), id, head.MessageId, (long)head.Meta.TimeMs, head.Meta.Hash));
        }

        foreach (var seen in newer)
            _order.Enqueue(seen);

        if (older.Count > 0)
        {
            KnownFrom = older[^1].MessageId;
            UnknownUntilMs = (long)older[^1].Meta.TimeMs;
        }
    }

    /// <summary>Finds a message of the window by its client id, which names it among its sender's.</summary>
    public bool TryFind(UserId sender, ClientMessageId id, out SeenMessage seen) =>
        _seen.TryGetValue((sender, id), out seen) && seen.MessageId >= WindowFrom;

    /// <summary>
    /// Whether a send made at this time may have been stored and have left the window since. Compares with the oldest message's
    /// own time, not with its client id's: a message can be published long after its id was made.
    /// </summary>
    public bool IsStale(long clientTimeMs) =>
        Head >= _window && KnownFrom <= WindowFrom && clientTimeMs <= OldestInWindow().TimeMs;

    /// <summary>Adds the next message.</summary>
    public void Append(UserId sender, ClientMessageId id, long timeMs, bool fromLow, ulong hash)
    {
        Head++;
        HeadTimeMs = timeMs;
        LowCount += fromLow ? 1u : 0u;
        Remember(new(sender, id, Head, timeMs, hash));
        Forget((int)_window);
    }

    /// <summary>
    /// Keeps only the newest client ids in memory and none of a group's members; what is asked for again is read back. Only to be
    /// called when everything known here is stored.
    /// </summary>
    public void Idle(int keep)
    {
        Forget(keep);
        Group?.ForgetMembers();
        if (Group is not null)
        {
            _readMarks.Clear();
            _unconfirmed = null;
        }
    }

    private void Forget(int keep)
    {
        while (_order.Count > keep)
        {
            var oldest = _order.Dequeue();
            _seen.Remove((oldest.Sender, oldest.Id));
            KnownFrom = oldest.MessageId + 1;
            UnknownUntilMs = oldest.TimeMs;
        }
    }

    private SeenMessage OldestInWindow()
    {
        foreach (var seen in _order)
        {
            if (seen.MessageId >= WindowFrom)
                return seen;
        }

        throw new InvalidOperationException($"The window from {WindowFrom} is known from {KnownFrom} on, yet empty.");
    }

    private void Remember(SeenMessage seen)
    {
        _order.Enqueue(seen);
        _seen[(seen.Sender, seen.Id)] = seen;
    }
}

/// <summary>A message of the dedupe window.</summary>
public readonly record struct SeenMessage(UserId Sender, ClientMessageId Id, uint MessageId, long TimeMs, ulong Hash);
