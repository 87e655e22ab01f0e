using BrokerIm.Client.Sending;

namespace BrokerIm.Client.Events;

/// <summary>All conversations of the client, and which of them have something to do.</summary>
/// <param name="gate">Shared with the queue of sent messages.</param>
/// <param name="capacity">Messages kept in memory; beyond it only their ids are, and the history is asked later.</param>
/// <param name="wakeUp">Set when a conversation may have something to do.</param>
internal sealed class ConversationTable(Lock gate, int capacity, WakeUp wakeUp) : ISentMessages
{
    private readonly Dictionary<Peer, ConversationTracker> _trackers = [];
    private readonly Queue<ConversationTracker> _busy = [];
    private readonly HashSet<ConversationTracker> _isBusy = [];
    private int _waiting;

    /// <summary>Decides whether a message that is due must wait; set once, before the first step is taken.</summary>
    public Func<ChatMessage, bool> MustWait { get; set; } = _ => false;

    /// <summary>Conversations whose starting point is known.</summary>
    public IReadOnlyList<Peer> Known
    {
        get
        {
            lock (gate)
                return [.. _trackers.Values.Where(tracker => tracker.Last is not null).Select(tracker => tracker.Peer)];
        }
    }

    /// <summary>Messages of the conversation up to this id are history.</summary>
    public void StartAfter(Peer peer, uint id) => Change(peer, tracker => tracker.StartAfter(id));

    /// <summary>The conversation is known to reach this id.</summary>
    public void SawHead(Peer peer, uint id) => Change(peer, tracker => tracker.SawHead(id));

    /// <summary>A message was pushed.</summary>
    public void Saw(ChatMessage message)
    {
        lock (gate)
        {
            var tracker = TrackerOf(message.Peer);
            if (_waiting >= capacity)
                tracker.SawHead(message.Id);
            else if (tracker.Saw(message))
                _waiting++;
            MarkBusy(tracker);
        }
    }

    /// <summary>The history answered for a range.</summary>
    public void Filled(ConversationStep step, IReadOnlyCollection<ChatMessage> page) =>
        Change(step.Peer, tracker => tracker.Filled(step.From, step.To, page));

    void ISentMessages.OnSent(Peer peer, uint messageId) => Change(peer, tracker => tracker.SawOwn(messageId));

    void ISentMessages.OnNotSent(Peer peer)
    {
        lock (gate)
        {
            if (_trackers.TryGetValue(peer, out var tracker))
                MarkBusy(tracker);
        }
    }

    /// <summary>A connection is there again: what could not be fetched can be.</summary>
    public void LookAgain()
    {
        lock (gate)
        {
            foreach (var tracker in _trackers.Values)
                MarkBusy(tracker);
        }
    }

    /// <summary>
    /// The next thing to do for any conversation; false when there is nothing. Whoever gets <see cref="ConversationStepKind.Fetch"/>
    /// or <see cref="ConversationStepKind.FindStart"/> gets no further step of that conversation until it changes.
    /// </summary>
    public bool TryNext(out ConversationStep step)
    {
        lock (gate)
        {
            while (_busy.TryPeek(out var tracker))
            {
                var before = tracker.Waiting;
                step = tracker.Next(MustWait);
                _waiting += tracker.Waiting - before;
                if (step.Kind != ConversationStepKind.Deliver)
                {
                    _busy.Dequeue();
                    _isBusy.Remove(tracker);
                }

                if (step.Kind != ConversationStepKind.Nothing)
                    return true;
            }

            step = default;
            return false;
        }
    }

    private void Change(Peer peer, Action<ConversationTracker> change)
    {
        lock (gate)
        {
            var tracker = TrackerOf(peer);
            var before = tracker.Waiting;
            change(tracker);
            _waiting += tracker.Waiting - before;
            MarkBusy(tracker);
        }
    }

    private ConversationTracker TrackerOf(Peer peer)
    {
        if (!_trackers.TryGetValue(peer, out var tracker))
            _trackers.Add(peer, tracker = new(peer));
        return tracker;
    }

    private void MarkBusy(ConversationTracker tracker)
    {
        if (_isBusy.Add(tracker))
            _busy.Enqueue(tracker);
        wakeUp.Set();
    }
}
