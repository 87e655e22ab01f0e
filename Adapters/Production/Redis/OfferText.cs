using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;

namespace BrokerIm.Adapters.Production.Redis;

/// <summary>How a gateway's offer is written down: <c>INCARNATION PORT CONNECTIONS MAXIMUM OPEN ADDRESS,ADDRESS</c>.</summary>
internal static class OfferText
{
    public static string Of(GatewayAddress gateway, GatewayOffer offer) => string.Create(
        CultureInfo.InvariantCulture,
        $"{PresenceKeys.Incarnation(gateway)} {offer.Port} {offer.Connections} {offer.MaxConnections} {(offer.IsOpen ? 1 : 0)} {string.Join(',', offer.Addresses)}");

    /// <summary>Reads it back; false for another incarnation's, and for what this build did not write.</summary>
    public static bool TryRead(string? text, GatewayAddress gateway, [NotNullWhen(true)] out GatewayOffer? offer)
    {
        offer = null;
        if (text?.Split(' ') is not [var incarnation, var port, var connections, var max, var open, var addresses]
            || incarnation != PresenceKeys.Incarnation(gateway)
            || !TryReadNumber(port, out var portNumber)
            || !TryReadNumber(connections, out var connectionCount)
            || !TryReadNumber(max, out var maxCount))
            return false;

        var parsed = new List<IPAddress>();
        foreach (var address in addresses.Split(','))
        {
            if (!IPAddress.TryParse(address, out var one))
                return false;
            parsed.Add(one);
        }

        offer = new(parsed, portNumber, connectionCount, maxCount, open == "1");
        return true;
    }

    private static bool TryReadNumber(string text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
