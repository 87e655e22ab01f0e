using System.Net;
using BrokerIm.Contracts.Wire;

namespace BrokerIm.Gateway.Http.Discovery;

/// <summary>Where a client is sent; addresses and port mean something only when the result is 0.</summary>
/// <param name="Result">0, 1 (there is no gateway) or 2 (all are full).</param>
/// <param name="Prior">Address to try first.</param>
/// <param name="Backup">Address to try then; the same one if there is no other.</param>
/// <param name="Port">Port of both.</param>
internal sealed record GatewayChoice(ResultType Result, IPAddress Prior, IPAddress Backup, int Port)
{
    /// <summary>Nobody takes clients.</summary>
    public static GatewayChoice None { get; } = new(ResultType.NoMsgServer, IPAddress.None, IPAddress.None, 0);

    /// <summary>Everybody is at the limit of connections.</summary>
    public static GatewayChoice Full { get; } = new(ResultType.MsgServerFull, IPAddress.None, IPAddress.None, 0);

    /// <summary>Sends a client to one of the addresses, of its own family if there is one.</summary>
    public static GatewayChoice To(IReadOnlyList<IPAddress> addresses, int port, IPAddress? client)
    {
        var family = client is null ? default : OwnOffer.Plain(client).AddressFamily;
        IPAddress[] fitting = [.. addresses.Where(address => address.AddressFamily == family)];
        var reachable = fitting.Length > 0 ? fitting : addresses;
        return new(ResultType.Ok, reachable[0], reachable[^1], port);
    }
}
