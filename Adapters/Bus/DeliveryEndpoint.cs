using BrokerIm.Contracts.Records;
using MassTransit;
using Microsoft.Extensions.Logging;

namespace BrokerIm.Adapters.Bus;

/// <summary>How a delivery bus is set up, whatever its transport.</summary>
/// <remarks>
/// Buses are made by <c>Bus.Factory</c>, each for one purpose. Registered in the container instead (<c>AddMassTransit</c>), a bus
/// would also report how it is used to MassTransit's makers.
/// </remarks>
public static class DeliveryEndpoint
{
    /// <summary>Makes the bus carry <see cref="DeliveryEnvelope"/> and nothing else.</summary>
    public static void CarryDeliveries(this IBusFactoryConfigurator bus)
    {
        var serializer = new RawSerializer();
        bus.ClearSerialization();
        bus.AddSerializer(serializer);
        bus.AddDeserializer(serializer, isDefault: true);
    }

    /// <summary>
    /// Makes a queue of deliveries: one at a time and in order, bound only where the caller says, nothing kept of what fails
    /// (<c>_error</c> and <c>_skipped</c> queues would fill for ever, and a delivery is worthless once it is late).
    /// </summary>
    public static void ReceiveDeliveries(
        this IReceiveEndpointConfigurator endpoint, Func<DeliveryBatch, CancellationToken, ValueTask> handler, ILogger log)
    {
        endpoint.ConfigureConsumeTopology = false;
        endpoint.ConcurrentMessageLimit = 1;
        endpoint.PublishFaults = false;
        endpoint.DiscardFaultedMessages();
        endpoint.DiscardSkippedMessages();
        endpoint.Instance(new DeliveryConsumer(handler, log));
    }
}
