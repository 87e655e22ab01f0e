using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;

namespace BrokerIm.Gateway.Http.Discovery;

/// <summary>A gateway that clients can be sent to.</summary>
internal sealed class OfferedGateway(GatewayAddress address, GatewayOffer offer)
{
    private int _sent;

    public GatewayAddress Address => address;

    public GatewayOffer Offer => offer;

    /// <summary>Its connections as it counts them, and the clients sent there since it said so.</summary>
    public long Load => (long)offer.Connections + Volatile.Read(ref _sent);

    /// <summary>Notes that a client was sent there: a crowd that comes at once must not all go to whoever was emptiest.</summary>
    public void Sent() => Interlocked.Increment(ref _sent);

    /// <summary>Goes on counting where an earlier reading of the same offer has stopped.</summary>
    public void Follow(OfferedGateway? before)
    {
        if (before is not null && before != this && before.Offer.Equals(offer))
            Volatile.Write(ref _sent, before._sent);
    }
}
