using System.Threading.Channels;
using BrokerIm.Contracts.Records;
using BrokerIm.Core.Conversations;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using Google.Protobuf;

namespace BrokerIm.LoadTests.Rivals.Null;

/// <summary>
/// Stands where the logs, Persist, the store, Deliver and the bus are: gives each message of a pair the next id of its conversation
/// and hands the gateway what Deliver would have sent it. It stores nothing, recognises no repeats and ignores what is no message.
/// </summary>
internal sealed class NullPipeline(NullConversations conversations) : ILogWriter<InboundRecord>, IDeliverySender, IDeliveryReceiver
{
    /// <summary>Records and signals that may wait; then the gateway does.</summary>
    private const int Places = 512;

    /// <summary>Messages handed to the gateway at once, as many as the embedded log hands to Persist.</summary>
    private const int BatchMessages = 4_000;

    private const ulong Owner = 1;

    private readonly Channel<Arrival> _arrived = Channel.CreateBounded<Arrival>(new BoundedChannelOptions(Places) { SingleReader = true });
    private ulong _position;

    /// <summary>One, as embedded.</summary>
    public int PartitionCount => 1;

    public ValueTask AppendAsync(int partition, InboundRecord record, CancellationToken cancellationToken) =>
        _arrived.Writer.WriteAsync(new(record, null), cancellationToken);

    public async ValueTask<bool> SendAsync(GatewayAddress gateway, DeliveryBatch batch, CancellationToken cancellationToken)
    {
        await BroadcastAsync(batch, cancellationToken);
        return true;
    }

    public ValueTask BroadcastAsync(DeliveryBatch batch, CancellationToken cancellationToken) =>
        _arrived.Writer.WriteAsync(new(null, batch), cancellationToken);

    /// <inheritdoc/>
    /// <remarks>An exception of the handler ends the deliveries; then messages have no answer, which the verdict names.</remarks>
    public async Task<IAsyncDisposable> SubscribeAsync(
        GatewayAddress? self, Func<DeliveryBatch, CancellationToken, ValueTask> handler, CancellationToken cancellationToken)
    {
        // The chain begins before the first login, or the gateway would look for what was sent before that.
        await handler(new() { Partitions = { NextPart() } }, cancellationToken);
        return new Subscription(closing => DeliverAsync(handler, closing));
    }

    private async Task DeliverAsync(Func<DeliveryBatch, CancellationToken, ValueTask> handler, CancellationToken closing)
    {
        try
        {
            while (await _arrived.Reader.WaitToReadAsync(closing))
            {
                await handler(Take(), closing);
                conversations.Delivered();
            }
        }
        catch (OperationCanceledException) when (closing.IsCancellationRequested)
        {
            // The gateway stops.
        }
    }

    private DeliveryBatch Take()
    {
        var batch = new DeliveryBatch();
        PartitionDelivery? part = null;
        while ((part?.Items.Count ?? 0) < 2 * BatchMessages && _arrived.Reader.TryRead(out var arrival))
        {
            if (arrival.Signals is { } signals)
                batch.MergeFrom(signals);
            if (arrival.Record is not { } record)
                continue;
            if (part is null)
                batch.Partitions.Add(part = NextPart());
            foreach (var entry in record.Entries)
                Answer(entry, part);
        }

        return batch;
    }

    private PartitionDelivery NextPart() => new() { Owner = Owner, Previous = _position, Position = ++_position };

    // The answer first, as Deliver does it.
    private void Answer(InboundEntry entry, PartitionDelivery part)
    {
        var conversation = new ConversationId(entry.Relation);
        if (entry.Kind != EntryKind.Message || conversation.IsGroup)
            return;

        var id = conversations.Next(conversation);
        var ack = new Delivery
        {
            Kind = DeliveryKind.Ack,
            Relation = entry.Relation,
            MessageId = id,
            Connection = entry.Connection,
            Sequence = entry.Sequence,
            Outcome = SendOutcome.Stored,
        };
        if (entry.ClientMadeId)
            ack.ClientMessageId = entry.ClientMessageId;
        part.Items.Add(ack);
        part.Items.Add(new Delivery
        {
            Kind = DeliveryKind.Message,
            Relation = entry.Relation,
            MessageId = id,
            Connection = entry.Connection,
            Body = BodyOf(entry, conversation, id),
            Users = { conversation.Low.Value, conversation.High.Value },
        });
    }

    private static ByteString BodyOf(InboundEntry entry, ConversationId conversation, uint id)
    {
        var body = new MessageBody(
            conversation, entry.Sender, id, (long)entry.StampMs, entry.MessageType, entry.Data,
            entry.ClientMadeId ? entry.ClientMessageId : null);
        var bytes = new byte[body.CalculateSize()];
        body.WriteTo(bytes);
        return UnsafeByteOperations.UnsafeWrap(bytes);
    }

    private readonly record struct Arrival(InboundRecord? Record, DeliveryBatch? Signals);

    private sealed class Subscription : IAsyncDisposable
    {
        private readonly CancellationTokenSource _closing = new();
        private readonly Task _delivering;

        public Subscription(Func<CancellationToken, Task> deliver)
        {
            var closing = _closing.Token;
            _delivering = Task.Run(() => deliver(closing), CancellationToken.None);
        }

        public async ValueTask DisposeAsync()
        {
            await _closing.CancelAsync();
            await _delivering;
            _closing.Dispose();
        }
    }
}
