using System.Net;
using BrokerIm.Contracts.Wire;

namespace BrokerIm.Gateway.Http.Discovery;

/// <summary>Chooses the gateway for a client: of those that are open and not full the one with the fewest connections.</summary>
internal sealed class GatewayChooser(OfferList offers, OwnOffer own, GatewayIdentity identity, GatewayMetrics metrics)
{
    /// <summary>Where a client should connect to.</summary>
    /// <param name="askedAt">Address of ours that it asked at.</param>
    /// <param name="client">Its own address.</param>
    /// <param name="cancellationToken">The client waits no longer.</param>
    public async ValueTask<GatewayChoice> ChooseAsync(IPAddress? askedAt, IPAddress? client, CancellationToken cancellationToken)
    {
        var choice = Choose(await offers.GetAsync(cancellationToken), askedAt, client);
        metrics.DiscoveryAnswered(choice.Result switch
        {
            ResultType.Ok => "ok",
            ResultType.MsgServerFull => "full",
            _ => "none",
        });
        return choice;
    }

    private GatewayChoice Choose(OfferedGateway[] gateways, IPAddress? askedAt, IPAddress? client)
    {
        var open = gateways.Where(IsOpen).ToList();
        if (open.Count == 0)
            return GatewayChoice.None;

        var chosen = open.Where(gateway => gateway.Offer.Connections < gateway.Offer.MaxConnections).MinBy(gateway => gateway.Load);
        if (chosen is null)
            return GatewayChoice.Full;

        chosen.Sent();
        var addresses = IsOwn(chosen) ? own.AddressesFor(askedAt) : chosen.Offer.Addresses;
        return GatewayChoice.To(addresses, chosen.Offer.Port, client);
    }

    // What others say may be a second old; of itself a gateway knows better.
    private bool IsOpen(OfferedGateway gateway) => IsOwn(gateway) ? own.IsOpen : gateway.Offer.IsOpen;

    private bool IsOwn(OfferedGateway gateway) => gateway.Address == identity.Address;
}
