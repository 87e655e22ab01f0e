using System.Net;
using System.Net.Sockets;
using BrokerIm.Client.Wire;

namespace BrokerIm.Client.Connecting;

/// <summary>Finds the server and opens a connection to it.</summary>
internal sealed class ServerConnector(ImClientOptions options)
{
    // Shared: a client asks once per connect, and sockets should not linger for each.
    private static readonly HttpClient Http = new() { MaxResponseContentBufferSize = 64 * 1024 };

    /// <summary>Opens a connection, asking discovery first when it is set.</summary>
    /// <exception cref="ImConnectionException">Nobody could be reached in time.</exception>
    public async Task<PduConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        if (options.Discovery is null)
            return await ConnectAsync(options.Host!, options.Port, cancellationToken);

        var reply = await DiscoverAsync(options.Discovery, cancellationToken);
        try
        {
            return await ConnectAsync(reply.PriorIp, reply.Port, cancellationToken);
        }
        catch (ImConnectionException) when (reply.BackupIp.Length > 0 && reply.BackupIp != reply.PriorIp)
        {
            return await ConnectAsync(reply.BackupIp, reply.Port, cancellationToken);
        }
    }

    private async Task<DiscoveryReply> DiscoverAsync(Uri address, CancellationToken cancellationToken)
    {
        using var deadline = Deadline(cancellationToken);
        try
        {
            return DiscoveryReply.Parse(await Http.GetStringAsync(address, deadline.Token));
        }
        catch (Exception exception) when (IsUnreachable(exception, cancellationToken))
        {
            throw new ImConnectionException($"Discovery at {address} does not answer: {exception.Message}", exception);
        }
    }

    private async Task<PduConnection> ConnectAsync(string host, int port, CancellationToken cancellationToken)
    {
        using var deadline = Deadline(cancellationToken);
        EndPoint server = IPAddress.TryParse(host, out var address) ? new IPEndPoint(address, port) : new DnsEndPoint(host, port);
        try
        {
            return await PduConnection.ConnectAsync(server, options.MaxFrameBytes, deadline.Token);
        }
        catch (Exception exception) when (IsUnreachable(exception, cancellationToken))
        {
            throw new ImConnectionException($"No connection to {host}:{port}: {exception.Message}", exception);
        }
    }

    private CancellationTokenSource Deadline(CancellationToken cancellationToken)
    {
        var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(options.ConnectTimeout);
        return deadline;
    }

    private static bool IsUnreachable(Exception exception, CancellationToken cancellationToken) =>
        exception is HttpRequestException or SocketException
        || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested);
}
