using BrokerIm.Gateway.Sessions;
using Microsoft.AspNetCore.Connections;

namespace BrokerIm.Gateway.Connections;

/// <summary>Serves one client connection from accept to close.</summary>
internal sealed class GatewayConnectionHandler(ConnectionTable table) : ConnectionHandler
{
    public override Task OnConnectedAsync(ConnectionContext connection) => Task.FromResult(table.Count);
}
