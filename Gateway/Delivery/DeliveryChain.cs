using BrokerIm.Contracts.Records;

namespace BrokerIm.Gateway.Delivery;

/// <summary>
/// Follows the chain of positions that one partition's deliveries form. A link that does not fit means that a bus message was
/// lost, or that another Deliver worker took the partition over and may not have sent everything.
/// </summary>
/// <param name="openedMs">When this gateway's queue was opened: nothing was sent to it before.</param>
internal sealed class DeliveryChain(long openedMs)
{
    private bool _started;
    private ulong _owner;
    private ulong _position;
    private long _wholeUntilMs = openedMs;

    /// <summary>Takes the next link.</summary>
    /// <param name="link">Part of a bus message for this chain's partition.</param>
    /// <param name="nowMs">Unix milliseconds.</param>
    /// <returns>Null when the link fits; otherwise until when the chain is known to have been whole.</returns>
    public long? Follow(PartitionDelivery link, long nowMs)
    {
        var knownWholeUntilMs = _wholeUntilMs;
        _wholeUntilMs = nowMs;

        if (_started && link.Owner == _owner && link.Position <= _position)
            return null;

        // Never the first one: an owner before this one may have sent something that was lost.
        var fits = _started && link.Owner == _owner && link.Previous == _position;
        (_started, _owner, _position) = (true, link.Owner, link.Position);
        return fits ? null : knownWholeUntilMs;
    }
}
