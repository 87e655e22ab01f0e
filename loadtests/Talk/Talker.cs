using System.Diagnostics;
using BrokerIm.Client;
using BrokerIm.Contracts.Wire;
using BrokerIm.LoadTests.Verifying;

namespace BrokerIm.LoadTests.Talk;

/// <summary>One user in one conversation: sends to it if he is one of its senders, receives, and keeps the ledger of both.</summary>
/// <param name="run">What all users of the run share.</param>
/// <param name="senders">How many users send in the conversation.</param>
/// <param name="sender">Which of them this one is; -1 when he only listens.</param>
internal sealed class Talker(TalkRun run, int senders, int sender) : ITalkListener, IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly SendWindow _window = new(run.Options.Window);
    private readonly Queue<long> _late = new();
    private readonly byte[] _data = new byte[run.Options.MessageBytes];
    private readonly ushort _salt = (ushort)Random.Shared.Next();
    private ITalkConnection? _connection;
    private long _now;

    /// <summary>Whether this user sends.</summary>
    public bool IsSender => sender >= 0;

    /// <summary>Which of the conversation's senders this is; -1 for none.</summary>
    public int Sender => sender;

    /// <summary>Messages to send; then this user is done.</summary>
    public long Limit { get; init; } = long.MaxValue;

    /// <summary>What this user has seen.</summary>
    public Ledger Ledger { get; } = new(senders, sender, run.Options.HasIds);

    /// <summary>Messages that were refused, with the outcome the server named last.</summary>
    public (long Count, SendStatus Last) Refused { get; private set; }

    /// <summary>Whether the connection ended, which while a scenario runs it must not.</summary>
    public bool IsGone => _connection?.Ended.IsCompleted ?? false;

    /// <summary>Whether everything that was to be sent has been answered.</summary>
    public bool IsSettled
    {
        get
        {
            lock (_gate)
                return _window.Outstanding == 0 && _late.Count == 0;
        }
    }

    /// <summary>Whether all messages up to <see cref="Limit"/> have been answered.</summary>
    public bool IsDone
    {
        get
        {
            lock (_gate)
                return _window.Outstanding == 0 && _window.Next >= Limit;
        }
    }

    /// <summary>Messages without an answer.</summary>
    public int Unanswered
    {
        get
        {
            lock (_gate)
                return _window.Outstanding + _late.Count;
        }
    }

    /// <summary>The connection to talk on, which belongs to this user from here on.</summary>
    public void Attach(ITalkConnection connection) => _connection = connection;

    /// <summary>Closed loop: fills the window, and from then on whenever an ack makes room.</summary>
    public void Begin()
    {
        lock (_gate)
            FillWindow(Stopwatch.GetTimestamp());
        _connection!.Flush();
    }

    /// <summary>Open loop: a message is to be sent now; when the window is full it is late, and its latency says so.</summary>
    public void SendAt(long intendedAt)
    {
        lock (_gate)
        {
            if (_window.IsFull)
            {
                _late.Enqueue(intendedAt);
                return;
            }

            Send(intendedAt);
        }

        _connection!.Flush();
    }

    /// <summary>Keeps an idle connection open.</summary>
    public void Beat() => _connection!.Beat();

    public ValueTask DisposeAsync() => _connection?.DisposeAsync() ?? default;

    void ITalkListener.OnAck(long? number, ushort sequence, uint id, SendStatus status)
    {
        LookAtClock();
        lock (_gate)
            Apply(number ?? _window.NumberOf(sequence), id, status);
    }

    void ITalkListener.OnMessage(ReadOnlySpan<byte> data, uint id)
    {
        LookAtClock();
        if (Payload.TryRead(data, run.Id, out var payload) && Ledger.SawMessage(payload.Sender, payload.Number, id))
            run.Received.Done(payload.IntendedAt, _now);
    }

    void ITalkListener.OnBatch()
    {
        if (_now == 0)
            return;
        lock (_gate)
            FillWindow(_now);
        _connection?.Flush();
        _now = 0;
    }

    // One look at the clock per read: what came together arrived together.
    private void LookAtClock()
    {
        if (_now == 0)
            _now = Stopwatch.GetTimestamp();
    }

    private void Apply(long number, uint id, SendStatus status)
    {
        if (!_window.TryFind(number, out var slot))
            return;

        switch (status)
        {
            case SendStatus.Stored or SendStatus.Duplicate:
                _window.Close(number);
                Ledger.SawAck(number, id);
                run.Acked.Done(slot.IntendedAt, _now);
                break;
            case SendStatus.Unknown:
                run.Retried.Add(1);
                Write(slot);
                break;
            default:
                _window.Close(number);
                Refused = (Refused.Count + 1, status);
                break;
        }
    }

    private void FillWindow(long now)
    {
        while (!_window.IsFull && _late.TryDequeue(out var intendedAt))
            Send(intendedAt);
        while (IsSender && run.IsClosedLoop && run.IsSending && !_window.IsFull && _window.Next < Limit)
            Send(now);
    }

    private void Send(long intendedAt)
    {
        // The number is the unique part: no two messages of this user share it, and other runs differ in time and salt.
        var sendId = new SendId(((ulong)run.ServerMs << 16) | _salt, (ulong)_window.Next);
        _window.TryFind(_window.Open(sendId, intendedAt), out var slot);
        Write(slot);
    }

    private void Write(in SendWindow.Slot slot)
    {
        new Payload(sender, slot.Number, slot.IntendedAt).Write(_data, run.Id);
        _connection!.Send(slot, _data);
    }
}
