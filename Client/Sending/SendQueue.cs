using BrokerIm.Client.Sessions;
using BrokerIm.Client.Wire;
using BrokerIm.Contracts.Wire;

namespace BrokerIm.Client.Sending;

/// <summary>
/// Messages on their way, in the order of the calls. A message stays until its outcome is known and is sent again under the same
/// <see cref="SendId"/> as often as it takes: after an ack that did not come, after "unknown", after a reconnect.
/// </summary>
/// <remarks>
/// When a message is sent again, so are those behind it in the same conversation: the server drops the ones it has, and the rest
/// keep their order. Works under a lock shared with the conversations, so that an ack and what it means for their events are one.
/// </remarks>
internal sealed class SendQueue(ImClientOptions options, ServerClock clock, Lock gate, ISentMessages conversations)
{
    private static readonly TimeSpan FirstHold = TimeSpan.FromMilliseconds(100);

    private readonly TimeProvider _time = options.TimeProvider;
    private readonly LinkedList<OutgoingMessage> _queue = [];
    private readonly Dictionary<SendId, OutgoingMessage> _bySendId = [];

    // Conversations that wait a little before their messages are sent again, with the timestamp when that is over.
    private readonly Dictionary<Peer, long> _held = [];
    private LinkedListNode<OutgoingMessage>? _firstOutside;
    private int _inWindow;
    private ImSession? _session;
    private Exception? _closed;

    /// <summary>Takes a message, under a new id unless one is given, and puts it on the wire as soon as there is room.</summary>
    /// <exception cref="ArgumentException">A message with this id is on its way already.</exception>
    public Task<SentMessage> Enqueue(
        Peer peer, MsgType type, ReadOnlyMemory<byte> data, SendId? sendId, CancellationToken cancellationToken)
    {
        var message = new OutgoingMessage(peer, type, data, sendId ?? SendId.Create(clock.NowMs), sendId is not null);
        lock (gate)
        {
            if (_closed is not null)
                return Task.FromException<SentMessage>(new ImClosedException(_closed.Message, _closed));
            if (!_bySendId.TryAdd(message.SendId, message))
                throw new ArgumentException("A message with this id is on its way.", nameof(sendId));

            _queue.AddLast(message.Node);
            _firstOutside ??= message.Node;
            FillWindow();
            _session?.Flush();
        }

        if (cancellationToken.CanBeCanceled)
        {
            message.Cancellation = cancellationToken.UnsafeRegister(
                (state, token) => Cancel((OutgoingMessage)state!, token), message);
            if (message.Outcome.IsCompleted)
                message.Cancellation.Unregister();
        }

        return message.Outcome;
    }

    /// <summary>A connection is there: whatever has no outcome goes out on it, in order.</summary>
    public void Attach(ImSession session)
    {
        lock (gate)
        {
            _session = session;
            FillWindow();
            session.Flush();
        }
    }

    /// <summary>The connection is gone: everything waits for the next.</summary>
    public void Detach()
    {
        lock (gate)
        {
            _session = null;
            _held.Clear();
            _firstOutside = _queue.First;
            _inWindow = 0;
            foreach (var message in _queue)
            {
                message.InWindow = false;
                message.Sequence = 0;
                message.SentAt = null;
            }
        }
    }

    /// <summary>The server answered.</summary>
    public void OnAck(ImSession session, ushort sequence, in MessageAck ack)
    {
        lock (gate)
        {
            // The id is known even when the answer comes over another connection than the message went.
            var message = ack.SendId is { } sendId ? _bySendId.GetValueOrDefault(sendId) : session.FindMessage(sequence);
            if (message is null)
                return;

            Apply(message, ack);
            FillWindow();
        }
    }

    /// <summary>Sends again what has waited long enough.</summary>
    /// <returns>When to look again because of a wait that ends; null when no wait is under way.</returns>
    public TimeSpan? OnTick()
    {
        lock (gate)
        {
            if (_session is null)
                return null;

            foreach (var peer in LatePeers())
                SendAgain(peer);
            FillWindow();
            _session.Flush();
            return _held.Count == 0 ? null : _held.Values.Min(until => Remaining(until));
        }
    }

    /// <summary>
    /// Whether a message of ours, seen in the conversation, may be one that still waits for its ack, so that only the ack can tell
    /// whether it came from here or from another device.
    /// </summary>
    public bool MayBeOnItsWay(ChatMessage message)
    {
        lock (gate)
        {
            return _queue.Any(sent =>
                sent.Attempts > 0
                && sent.Peer == message.Peer
                && sent.Type == message.Type
                && sent.Data.Span.SequenceEqual(message.Data.Span));
        }
    }

    /// <summary>No connection will come any more.</summary>
    public void Close(Exception reason)
    {
        lock (gate)
        {
            _closed ??= reason;
            while (_queue.First is { } first)
                Fail(first.Value, new ImClosedException(reason.Message, reason));
        }
    }

    private void Apply(OutgoingMessage message, in MessageAck ack)
    {
        // The original acknowledges a failed write with the largest number there is.
        var hasId = ack.MessageId is > 0 and < uint.MaxValue;
        switch (ack.Status)
        {
            case SendStatus.Stored or SendStatus.Duplicate when hasId:
                Remove(message);
                conversations.OnSent(message.Peer, ack.MessageId);
                message.Complete(new(ack.MessageId, ack.Status, message.SendId));
                break;
            case SendStatus.Stored or SendStatus.Duplicate or SendStatus.Refused:
                Fail(message, new SendRefusedException(message.SendId));
                break;
            case SendStatus.Conflict:
                Fail(message, new SendConflictException(message.SendId, ack.MessageId));
                break;
            case SendStatus.Stale:
                Fail(message, new SendStaleException(message.SendId));
                break;
            case SendStatus.Clock:
                CorrectClock(message, ack);
                break;
            case SendStatus.Busy:
                // Not taken in, so it has cost none of the attempts.
                message.Attempts--;
                Hold(message, TimeSpan.FromMilliseconds(ack.RetryAfterMs));
                break;
            default:
                // Unknown, or an outcome of a later protocol: the same id again cannot store it twice.
                Hold(message);
                break;
        }
    }

    private void CorrectClock(OutgoingMessage message, in MessageAck ack)
    {
        if (ack.ServerTimeMs > 0)
            clock.Set((long)ack.ServerTimeMs);
        if (message.KeepsSendId || message.Attempts >= options.SendAttempts)
        {
            Fail(message, new SendClockException(message.SendId));
            return;
        }

        // Refused for its time, it was not stored; so a new id cannot store it twice.
        _bySendId.Remove(message.SendId);
        message.SendId = SendId.Create(clock.NowMs);
        _bySendId.Add(message.SendId, message);
        if (ack.ServerTimeMs > 0)
            Transmit(message);
        else
            Hold(message);
    }

    private void Hold(OutgoingMessage message, TimeSpan asked = default)
    {
        message.SentAt = null;
        var delay = asked > TimeSpan.Zero ? asked : Backoff.Delay(Math.Max(1, message.Attempts), FirstHold, options.AckTimeout);
        _held.TryAdd(message.Peer, _time.GetTimestamp() + (long)(delay.TotalSeconds * _time.TimestampFrequency));
    }

    private HashSet<Peer> LatePeers()
    {
        var late = _held.Where(hold => Remaining(hold.Value) == TimeSpan.Zero).Select(hold => hold.Key).ToHashSet();
        foreach (var peer in late)
            _held.Remove(peer);

        for (var node = _queue.First; node?.Value.InWindow == true; node = node.Next)
        {
            if (node.Value.SentAt is { } sentAt
                && _time.GetElapsedTime(sentAt) >= options.AckTimeout
                && !_held.ContainsKey(node.Value.Peer))
                late.Add(node.Value.Peer);
        }

        return late;
    }

    private TimeSpan Remaining(long until)
    {
        var remaining = _time.GetElapsedTime(_time.GetTimestamp(), until);
        return remaining > TimeSpan.Zero ? remaining : TimeSpan.Zero;
    }

    private void SendAgain(Peer peer)
    {
        for (var node = _queue.First; node?.Value.InWindow == true;)
        {
            var next = node.Next;
            if (node.Value.Peer == peer)
                Transmit(node.Value);
            node = next;
        }
    }

    private void FillWindow()
    {
        while (_session is not null && _firstOutside is { } node && _inWindow < options.MaxOutstandingSends)
        {
            _firstOutside = node.Next;
            node.Value.InWindow = true;
            _inWindow++;
            if (!_held.ContainsKey(node.Value.Peer))
                Transmit(node.Value);
        }
    }

    private void Transmit(OutgoingMessage message)
    {
        if (message.Attempts >= options.SendAttempts)
        {
            Fail(message, new SendUnknownException(message.SendId, message.Attempts));
            return;
        }

        // On one connection a message keeps its sequence: a server without send ids can then still tell a repeat.
        if (message.Sequence == 0)
        {
            if (!_session!.TryRegister(message, out var sequence))
                return;
            message.Sequence = sequence;
        }

        message.Attempts++;
        message.SentAt = _time.GetTimestamp();
        _session!.Write(message);
    }

    private void Cancel(OutgoingMessage message, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            if (message.Node.List is null)
                return;

            Remove(message);
            conversations.OnNotSent(message.Peer);
            FillWindow();
            _session?.Flush();
        }

        message.Cancel(cancellationToken);
    }

    private void Fail(OutgoingMessage message, Exception reason)
    {
        Remove(message);
        conversations.OnNotSent(message.Peer);
        message.Fail(reason);
    }

    private void Remove(OutgoingMessage message)
    {
        if (_firstOutside == message.Node)
            _firstOutside = message.Node.Next;
        if (message.InWindow)
            _inWindow--;
        if (message.Sequence != 0)
            _session?.Release(message.Sequence);
        _queue.Remove(message.Node);
        _bySendId.Remove(message.SendId);
    }
}
