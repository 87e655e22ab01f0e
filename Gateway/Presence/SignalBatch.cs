using System.Threading.Channels;
using BrokerIm.Contracts.Records;
using BrokerIm.Core;

namespace BrokerIm.Gateway.Presence;

/// <summary>Puts signals that wait into bus messages of a bounded size.</summary>
internal static class SignalBatch
{
    // Tag and length of an entry of the list.
    private const int EntryOverhead = 4;

    /// <summary>Takes as many as fit, at least one if there is any.</summary>
    /// <param name="waiting">For one reader at a time.</param>
    public static DeliveryBatch Take(ChannelReader<Signal> waiting)
    {
        var batch = new DeliveryBatch();
        var bytes = 0;
        while (waiting.TryPeek(out var signal))
        {
            bytes += signal.CalculateSize() + EntryOverhead;
            if (bytes > Limits.MaxBusMessageBytes && batch.Signals.Count > 0)
                break;
            batch.Signals.Add(signal);
            waiting.TryRead(out _);
        }

        return batch;
    }
}
