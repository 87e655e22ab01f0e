using BrokerIm.Contracts.Records;

namespace BrokerIm.Gateway.Delivery;

/// <summary>
/// Follows the chain of positions that one partition's deliveries form. A link that does not fit means that a bus message was
/// lost, or that another Deliver worker took the partition over and may not have sent everything.
/// </summary>
/// <param name="openedMs">When this gateway's queue was opened: nothing was sent to it before.</param>
internal sealed class DeliveryChain(long openedMs)
{
    private bool started;
    private ulong owner;
    private ulong position;
    private long wholeUntilMs = openedMs;

    /// <summary>Takes the next link.</summary>
    /// <param name="link">Part of a bus message for this chain's partition.</param>
    /// <param name="nowMs">Unix milliseconds.</param>
    /// <returns>Null when the link fits; otherwise until when the chain is known to have been whole.</returns>
    public long? Follow(PartitionDelivery link, long nowMs)
    {
        var knownWholeUntilMs = wholeUntilMs;
        wholeUntilMs = nowMs;

        if (started && link.Owner == owner && link.Position <= position)
            return null;

        // The first link of all fits if its owner has sent nothing to this gateway before.
        var fits = started ? link.Owner == owner && link.Previous == position : link.Previous == 0;
        (started, owner, position) = (true, link.Owner, link.Position);
        return fits ? null : knownWholeUntilMs;
    }
}
