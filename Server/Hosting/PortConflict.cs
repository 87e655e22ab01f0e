using System.Globalization;
using System.Net;
using BrokerIm.Gateway;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Configuration;

namespace BrokerIm.Server.Hosting;

/// <summary>Says which setting's port somebody else listens on.</summary>
internal static class PortConflict
{
    /// <summary>The problem behind a failed start; null when it is another one.</summary>
    /// <param name="exception">What Kestrel says when it cannot listen; it names the address and knows no settings.</param>
    /// <param name="role">The role that was to start.</param>
    /// <param name="settings">Its settings, which are valid.</param>
    public static string? Of(IOException exception, string role, IConfiguration settings)
    {
        if (exception.InnerException is not AddressInUseException)
            return null;

        foreach (var (key, value, port, next) in Ports(role, settings))
        {
            if (exception.Message.Contains($":{port}:", StringComparison.Ordinal))
                return $"{key} is '{value}', and another process listens there; allowed is a free port, for example --set {key}={next}.";
        }

        return exception.Message;
    }

    private static IEnumerable<(string Key, string Value, int Port, string Next)> Ports(string role, IConfiguration settings)
    {
        var admin = (settings.GetSection(AdminOptions.Section).Get<AdminOptions>() ?? new()).EndPoint;
        yield return ("Admin:Address", admin.ToString(), admin.Port, new IPEndPoint(admin.Address, Another(admin.Port)).ToString());
        if (!Roles.TakesClients(role))
            yield break;

        var gateway = settings.GetSection(GatewayOptions.Section).Get<GatewayOptions>() ?? new();
        foreach (var (key, port) in GatewayEndpoints.PortsOf(gateway))
            yield return (key, Text(port), port, Text(Another(port)));
    }

    private static int Another(int port) => port < IPEndPoint.MaxPort ? port + 1 : port - 1;

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);
}
