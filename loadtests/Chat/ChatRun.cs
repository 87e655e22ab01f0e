using System.Diagnostics;

namespace BrokerIm.LoadTests.Chat;

/// <summary>What the users of one run share.</summary>
internal sealed class ChatRun(ChatOptions options)
{
    private volatile bool _isSending;
    private long _serverMs;
    private long _serverToldAt;

    /// <summary>Tells the messages of this run from those of another.</summary>
    public long Id { get; } = Random.Shared.NextInt64();

    public ChatOptions Options { get; } = options;

    public ChatMeters Meters { get; } = new();

    /// <summary>Whether an ack makes room for the next message, rather than a clock.</summary>
    public bool IsClosedLoop => Options.Rate is null;

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
