using System.Diagnostics;
using BrokerIm.LoadTests.Measuring;
using BrokerIm.LoadTests.Running;

namespace BrokerIm.LoadTests.Talk;

/// <summary>What the users of one run share.</summary>
internal sealed class TalkRun
{
    private volatile bool _isSending;
    private long _serverMs;
    private long _serverToldAt;

    public TalkRun(TalkOptions options)
    {
        Options = options;
        Acked = new("send to ack", Window);
        Received = new("send to receiver", Window);
    }

    /// <summary>Tells the messages of this run from those of another.</summary>
    public int Id { get; } = Random.Shared.Next();

    public TalkOptions Options { get; }

    public MeasuredWindow Window { get; } = new();

    /// <summary>From the moment a message was to be sent to its ack.</summary>
    public Step Acked { get; }

    /// <summary>From the moment a message was to be sent to its arrival at a receiver.</summary>
    public Step Received { get; }

    /// <summary>Bytes of all connections.</summary>
    public WireMeter Wire { get; } = new();

    /// <summary>Sent again because the server did not know the outcome.</summary>
    public StripedCounter Retried { get; } = new();

    /// <summary>Whether an ack makes room for the next message, rather than a clock.</summary>
    public bool IsClosedLoop => Options.Load is LoadSimulation.ClosedLoop;

    /// <summary>Whether new messages are sent.</summary>
    public bool IsSending
    {
        get => _isSending;
        set => _isSending = value;
    }

    /// <summary>The server said what time it is; the earliest word counts, being the safe side.</summary>
    public void TellServerTime(long ms)
    {
        if (Interlocked.CompareExchange(ref _serverMs, ms, 0) == 0)
            Volatile.Write(ref _serverToldAt, Stopwatch.GetTimestamp());
    }

    /// <summary>The server's clock, in Unix milliseconds.</summary>
    public long ServerMs => _serverMs + (long)Stopwatch.GetElapsedTime(_serverToldAt).TotalMilliseconds;
}
