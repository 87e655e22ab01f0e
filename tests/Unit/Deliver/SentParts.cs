using BrokerIm.Contracts.Records;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;

namespace BrokerIm.Tests.Unit.Deliver;

/// <summary>A bus that keeps what it is given.</summary>
internal sealed class SentParts : IDeliverySender
{
    /// <summary>Parts in their order.</summary>
    public List<PartitionDelivery> All { get; } = [];

    public ValueTask<bool> SendAsync(GatewayAddress gateway, DeliveryBatch batch, CancellationToken cancellationToken)
    {
        All.AddRange(batch.Partitions);
        return new(true);
    }

    public ValueTask BroadcastAsync(DeliveryBatch batch, CancellationToken cancellationToken) => throw new NotSupportedException();
}
