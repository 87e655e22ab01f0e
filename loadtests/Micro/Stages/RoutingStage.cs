using BrokerIm.Contracts.Records;
using BrokerIm.Core;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using BrokerIm.Workers.Deliver;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace BrokerIm.MicroBenchmarks.Stages;

/// <summary>
/// The way through Deliver: from an outbound record to the bytes of the bus messages. The two of each pair are at two gateways, so a
/// message brings an answer and a delivery to the one and a delivery to the other.
/// </summary>
internal sealed class RoutingStage : IDisposable
{
    /// <summary>Messages of a batch, one record of the log.</summary>
    public const int BatchMessages = 256;

    private const int Pairs = 50;

    private static readonly GatewayAddress s_low = new("low", 1);
    private static readonly GatewayAddress s_high = new("high", 1);

    private readonly Bus _bus = new();
    private readonly GatewayLinks _links;
    private readonly DeliverHandler _handler;
    private readonly LogBatch<OutboundRecord> _batch = new([new(1, 0, Generation: 1, 0, 1, [new(0, Record(), default)])]);

    public RoutingStage()
    {
        var (time, options) = (StillClock.Instance, Options.Create(new DeliverOptions()));
        var presence = new PresenceCache(new TwoGateways(), time, options);
        _links = new(_bus, presence, time, NullLogger<GatewayLinks>.Instance);
        _handler = new(
            presence,
            new(AbsentPort.Of<IGroupReader>(), options),
            _links,
            AbsentPort.Of<ILogWriter<DeadLetter>>(),
            new(NullLogger<RetryForever>.Instance, time),
            time,
            options,
            NullLogger<DeliverHandler>.Instance);
    }

    /// <summary>Deliveries sent.</summary>
    public long Sent => _bus.Items;

    /// <summary>Routes a batch, on the calling thread.</summary>
    public void Route() => Chat.MustBeDone(_handler.HandleAsync(_batch, CancellationToken.None));

    public void Dispose() => _links.Dispose();

    private static OutboundRecord Record()
    {
        var record = new OutboundRecord
        {
            Version = 1,
            InboundNext = 1,
            Gateways = { new GatewayRef { Id = s_low.Id, Incarnation = s_low.Incarnation } },
        };
        for (var i = 0; i < BatchMessages; i++)
        {
            var pair = i % Pairs;
            record.Events.Add(new OutboundEvent
            {
                Kind = EventKind.Stored,
                Relation = Chat.PairOf(pair).Value,
                User = Chat.LowOf(pair).Value,
                MessageId = (uint)(1 + (i / Pairs)),
                OriginConnection = (ulong)(1 + pair),
                OriginSequence = (uint)i,
                ClientMessageId = Chat.Id((ulong)i),
                Body = Chat.Data,
                TimeMs = (ulong)StillClock.NowMs,
                MessageType = 1,
            });
        }

        return record;
    }

    private sealed class TwoGateways : IPresenceReader
    {
        public ValueTask<IReadOnlyList<IReadOnlyList<PresenceEntry>>> FindAsync(
            IReadOnlyList<UserId> users, CancellationToken cancellationToken) => new([.. users.Select(EntriesOf)]);

        public ValueTask<IReadOnlyList<GatewayAddress>> GatewaysAsync(CancellationToken cancellationToken) => new([s_low, s_high]);

        public ValueTask<IReadOnlyDictionary<GatewayAddress, GatewayOffer>> OffersAsync(CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        private static IReadOnlyList<PresenceEntry> EntriesOf(UserId user) =>
            [new(user, user.Value % 2 == 1 ? s_low : s_high, user.Value, default, StillClock.NowMs)];
    }

    /// <summary>Makes the bytes, as both adapters do, and drops them.</summary>
    private sealed class Bus : IDeliverySender
    {
        public long Items { get; private set; }

        public ValueTask<bool> SendAsync(GatewayAddress gateway, DeliveryBatch batch, CancellationToken cancellationToken)
        {
            foreach (var part in batch.Partitions)
                Items += part.Items.Count;
            return new(batch.ToByteArray().Length > 0);
        }

        public ValueTask BroadcastAsync(DeliveryBatch batch, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
