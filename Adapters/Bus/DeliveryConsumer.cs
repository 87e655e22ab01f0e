using BrokerIm.Contracts.Records;
using Google.Protobuf;
using MassTransit;
using Microsoft.Extensions.Logging;

namespace BrokerIm.Adapters.Bus;

/// <summary>Parses what the bus brings and calls the handler; nothing that goes wrong in there goes back to the bus.</summary>
internal sealed class DeliveryConsumer(Func<DeliveryBatch, CancellationToken, ValueTask> handler, ILogger log)
    : IConsumer<DeliveryEnvelope>
{
    public async Task Consume(ConsumeContext<DeliveryEnvelope> context)
    {
        if (Parse(context.Message.Bytes) is not { } batch)
            return;

        try
        {
            await handler(batch, context.CancellationToken);
            BusMetrics.Handled();
        }
        catch (Exception exception)
        {
            // Sending it again would only break the order of what follows; the gateway sees the gap in the chain of positions.
            BusMetrics.Failed();
            log.HandlerFailed(exception, batch.Partitions.Count, batch.Signals.Count);
        }
    }

    private DeliveryBatch? Parse(byte[] bytes)
    {
        try
        {
            return DeliveryBatch.Parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException exception)
        {
            BusMetrics.Unreadable();
            log.Unreadable(exception, bytes.Length);
            return null;
        }
    }
}
