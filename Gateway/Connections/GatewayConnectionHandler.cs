using System.Net;
using BrokerIm.Gateway.Presence;
using BrokerIm.Gateway.Sessions;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace BrokerIm.Gateway.Connections;

/// <summary>Serves one client connection from accept to close.</summary>
internal sealed class GatewayConnectionHandler(
    ConnectionGate gate,
    ConnectionTable table,
    CommandLoop commands,
    Departures departures,
    IOptions<GatewayOptions> options,
    GatewayMetrics metrics,
    TimeProvider time,
    ILogger<GatewayConnectionHandler> log) : ConnectionHandler
{
    public override async Task OnConnectedAsync(ConnectionContext connection)
    {
        var remote = (connection.RemoteEndPoint as IPEndPoint)?.Address;
        if (!gate.TryEnter(remote))
        {
            connection.Abort(new ConnectionAbortedException("The gateway takes no more connections."));
            return;
        }

        try
        {
            SocketTimeout.Set(connection, options.Value.UnconfirmedTimeout);
            await ServeAsync(connection);
        }
        finally
        {
            gate.Leave(remote);
        }
    }

    /// <summary>Serves a connection that came through the gate.</summary>
    /// <returns>Why it ended.</returns>
    public async Task<CloseReason?> ServeAsync(ConnectionContext connection)
    {
        var session = new Session(table.NextId(), connection, options.Value, time);
        log.ConnectionOpened(session.Id, session.Remote);
        await ServeAsync(session, connection);
        metrics.ConnectionClosed(CloseLabels.Of(session.CloseReason));
        log.ConnectionClosed(session.Id, session.CloseReason);
        return session.CloseReason;
    }

    private async Task ServeAsync(Session session, ConnectionContext connection)
    {
        table.Add(session);
        try
        {
            await commands.RunAsync(session, connection.Transport.Input);
        }
        catch
        {
            // Kestrel logs it and closes this connection; everybody else goes on.
            session.Close(CloseReason.Failed);
            throw;
        }
        finally
        {
            if (session.CloseReason == CloseReason.SlowReader)
                CutOff(session);
            await departures.LeaveAsync(session);
            if (session.State == SessionState.Kicked)
                await CommandLoop.DiscardAsync(session, connection.Transport.Input);
            await session.EndOutputAsync();

            // Kestrel now sends the rest and closes the socket. Until it has, SessionWatch needs to see the session: it cuts off
            // a client that does not take its last bytes.
            connection.ConnectionClosed.UnsafeRegister(_ => table.Remove(session), null);
        }
    }

    // What waits for it would otherwise be held until it reads.
    private void CutOff(Session session)
    {
        metrics.SlowReaderClosed();
        session.Abort("The client does not read.");
    }
}
