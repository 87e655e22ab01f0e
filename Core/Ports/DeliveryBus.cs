using BrokerIm.Contracts.Records;
using BrokerIm.Core.Values;

namespace BrokerIm.Core.Ports;

/// <summary>
/// Sending hand of the delivery bus. Best effort by design: what is lost here is seen by the gateway as a break in the chain of
/// positions and read from the store.
/// </summary>
public interface IDeliverySender
{
    /// <summary>Sends one batch to one gateway; batches of one sender arrive in order.</summary>
    /// <returns>False when that incarnation of the gateway has no queue any more.</returns>
    /// <exception cref="DependencyUnavailableException">Not confirmed in time.</exception>
    ValueTask<bool> SendAsync(GatewayAddress gateway, DeliveryBatch batch, CancellationToken cancellationToken);

    /// <summary>Sends signals to everybody who listens: all gateways and all Deliver workers, the sender included.</summary>
    /// <exception cref="DependencyUnavailableException">Not confirmed in time.</exception>
    ValueTask BroadcastAsync(DeliveryBatch batch, CancellationToken cancellationToken);
}

/// <summary>Receiving hand of the delivery bus.</summary>
public interface IDeliveryReceiver
{
    /// <summary>
    /// Opens the queue of one gateway incarnation (or, with null, a queue that only hears broadcasts) and hands every batch to
    /// <paramref name="handler"/>, one at a time and in order, until disposed. The queue is bounded and dies with its owner.
    /// An exception from the handler is a bug of the handler: it is logged and the batch counts as lost.
    /// </summary>
    /// <param name="self">Whose queue, or null.</param>
    /// <param name="handler">Called with one batch at a time.</param>
    /// <param name="cancellationToken">Gives up opening.</param>
    /// <returns>Open once this returns; disposing closes and deletes the queue.</returns>
    Task<IAsyncDisposable> SubscribeAsync(
        GatewayAddress? self, Func<DeliveryBatch, CancellationToken, ValueTask> handler, CancellationToken cancellationToken);
}
