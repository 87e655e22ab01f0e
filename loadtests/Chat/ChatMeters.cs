using System.Diagnostics;
using BrokerIm.LoadTests.Measuring;

namespace BrokerIm.LoadTests.Chat;

/// <summary>What is measured, by all connections together.</summary>
internal sealed class ChatMeters
{
    private static readonly double s_nanosecondsPerTick = 1e9 / Stopwatch.Frequency;

    private long _from = long.MaxValue;
    private long _until = long.MaxValue;

    /// <summary>Acknowledged, the whole run through.</summary>
    public StripedCounter Acked { get; } = new();

    /// <summary>Delivered, the whole run through.</summary>
    public StripedCounter Delivered { get; } = new();

    /// <summary>Sent again because the server did not know the outcome.</summary>
    public StripedCounter Retried { get; } = new();

    /// <summary>From the moment a message was to be sent to its ack.</summary>
    public LatencyHistogram ToAck { get; } = new();

    /// <summary>From the moment a message was to be sent to its arrival at the receiver.</summary>
    public LatencyHistogram ToReceiver { get; } = new();

    /// <summary>Messages to be sent from now on have their latency counted.</summary>
    public void Start() => Volatile.Write(ref _from, Stopwatch.GetTimestamp());

    /// <summary>Messages to be sent from now on do not.</summary>
    public void Stop() => Volatile.Write(ref _until, Stopwatch.GetTimestamp());

    /// <summary>A message was acknowledged.</summary>
    public void CountAck(long intendedAt, long now)
    {
        Acked.Add(1);
        if (IsMeasured(intendedAt))
            ToAck.Record((long)((now - intendedAt) * s_nanosecondsPerTick));
    }

    /// <summary>A message arrived.</summary>
    public void CountDelivery(long intendedAt, long now)
    {
        Delivered.Add(1);
        if (IsMeasured(intendedAt))
            ToReceiver.Record((long)((now - intendedAt) * s_nanosecondsPerTick));
    }

    private bool IsMeasured(long intendedAt) =>
        intendedAt >= Volatile.Read(ref _from) && intendedAt < Volatile.Read(ref _until);
}
