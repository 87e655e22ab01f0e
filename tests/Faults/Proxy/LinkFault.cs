namespace BrokerIm.Faults.Proxy;

/// <summary>What a bad network does to the bytes of every connection, in both directions.</summary>
internal sealed record LinkFault
{
    /// <summary>A good network.</summary>
    public static LinkFault None { get; } = new();

    /// <summary>Connections come about and nothing passes on them, the end of one included.</summary>
    public static LinkFault Blackhole { get; } = new() { IsSilent = true };

    /// <summary>Each piece waits this long.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>And up to this much longer.</summary>
    public TimeSpan Jitter { get; init; }

    /// <summary>Most bytes per second and direction of a connection; null for no limit.</summary>
    public int? BytesPerSecond { get; init; }

    /// <summary>Nothing passes; what was sent waits.</summary>
    public bool IsSilent { get; init; }

    /// <summary>After this many bytes in one direction, counted from when the fault began, the connection is reset.</summary>
    public long? CutAfter { get; init; }

    /// <summary>One bit of this byte, counted from when the fault began, is wrong.</summary>
    public long? FlipAt { get; init; }
}
