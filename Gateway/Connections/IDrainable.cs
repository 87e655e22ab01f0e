namespace BrokerIm.Gateway.Connections;

/// <summary>Holds work of connections that should be finished before they are closed.</summary>
internal interface IDrainable
{
    /// <summary>
    /// Completes when everything taken in before the call has been answered or has turned out to have an unknown outcome. More
    /// may come in meanwhile from connections that stay.
    /// </summary>
    /// <param name="cancellationToken">The time for it is over; the gateway goes on without.</param>
    Task SettleAsync(CancellationToken cancellationToken);
}
