using System.Net;
using BrokerIm.Gateway.Connections;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace BrokerIm.Gateway;

/// <summary>Where clients come in.</summary>
public static class GatewayEndpoints
{
    /// <summary>Value of <see cref="GatewayOptions.Address"/> that listens on every address.</summary>
    public const string AnyAddress = "any";

    /// <summary>Binds the client port of <see cref="GatewayOptions"/> on Kestrel; call it inside <c>ConfigureKestrel</c>.</summary>
    public static KestrelServerOptions ListenForClients(this KestrelServerOptions kestrel)
    {
        var options = kestrel.ApplicationServices.GetRequiredService<IOptions<GatewayOptions>>().Value;
        if (options.Address == AnyAddress)
            kestrel.ListenAnyIP(options.Port, Serve);
        else
            kestrel.Listen(IPAddress.Parse(options.Address), options.Port, Serve);
        return kestrel;
    }

    internal static bool IsAddress(string text) => text == AnyAddress || IPAddress.TryParse(text, out _);

    private static void Serve(ListenOptions listen) => listen.UseConnectionHandler<GatewayConnectionHandler>();
}
