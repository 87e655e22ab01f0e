using BrokerIm.Contracts.Records;
using BrokerIm.Core;
using BrokerIm.Core.Values;

namespace BrokerIm.Workers.Deliver;

/// <summary>What each gateway gets out of one batch: pure decisions, no I/O.</summary>
internal sealed partial class RoutePlan(GatewayLinks links)
{
    private const int ItemOverheadBytes = 48;
    private const int UserBytes = 5;

    private readonly Dictionary<GatewayAddress, Parcel> _parcels = [];

    /// <summary>Deliveries planned.</summary>
    public int Items { get; private set; }

    /// <summary>Bus messages per gateway, in order.</summary>
    public IEnumerable<(GatewayAddress Gateway, List<DeliveryBatch> Batches)> Parcels =>
        _parcels.Select(parcel => (parcel.Key, parcel.Value.Batches));

    /// <summary>Adds what one event brings to whom.</summary>
    /// <param name="partition">Partition of the event.</param>
    /// <param name="told">The event.</param>
    /// <param name="origin">Gateway of the connection that caused it.</param>
    /// <param name="whereabouts">Where everybody is.</param>
    /// <param name="audience">Who is in the group, for an event of a group.</param>
    public void Add(int partition, OutboundEvent told, GatewayAddress origin, Whereabouts whereabouts, Audience audience)
    {
        switch (told.Kind)
        {
            case EventKind.Stored:
                // The answer first: the sender's other connections see a message that its own device knows to be sent.
                Answer(partition, told, origin);
                var conversation = new ConversationId(told.Relation);
                if (audience.Users is null)
                    Show(partition, told, origin, whereabouts, conversation.Low, conversation.High);
                else
                    ShowGroup(partition, told, origin, whereabouts, audience);
                break;
            case EventKind.Answered:
                Answer(partition, told, origin);
                break;
            case EventKind.Read:
                TellRead(partition, told, origin, whereabouts);
                break;
            case EventKind.Group when audience.Users is { } members:
                TellGroup(partition, told, origin, whereabouts, audience, members);
                break;
            case EventKind.Removed:
                TellRemoved(partition, told, origin, whereabouts);
                break;
        }
    }

    private void Answer(int partition, OutboundEvent told, GatewayAddress origin)
    {
        var answer = new Delivery
        {
            Kind = DeliveryKind.Ack,
            Relation = told.Relation,
            MessageId = told.MessageId,
            Connection = told.OriginConnection,
            Sequence = told.OriginSequence,
            Outcome = told.Outcome,
        };
        if (!told.ClientMessageId.IsEmpty)
            answer.ClientMessageId = told.ClientMessageId;
        Put(origin, partition, answer);
    }

    private void Show(
        int partition, OutboundEvent told, GatewayAddress origin, Whereabouts whereabouts, UserId low, UserId high)
    {
        var lows = whereabouts.Of(low);
        var highs = whereabouts.Of(high);
        foreach (var gateway in lows)
            Put(gateway, partition, Shown(low, highs.Contains(gateway) ? high : null, gateway));
        foreach (var gateway in highs)
        {
            if (!lows.Contains(gateway))
                Put(gateway, partition, Shown(high, null, gateway));
        }

        Delivery Shown(UserId user, UserId? other, GatewayAddress gateway)
        {
            var shown = new Delivery
            {
                Kind = DeliveryKind.Message,
                Relation = told.Relation,
                MessageId = told.MessageId,
                Connection = gateway == origin ? told.OriginConnection : 0,
                Body = told.Body,
            };

            // It would make room for eight.
            shown.Users.Capacity = other is null ? 1 : 2;
            shown.Users.Add(user.Value);
            if (other is { } second)
                shown.Users.Add(second.Value);
            return shown;
        }
    }

    private void TellRead(int partition, OutboundEvent told, GatewayAddress origin, Whereabouts whereabouts)
    {
        foreach (var gateway in whereabouts.Of(new(told.User)))
        {
            var read = new Delivery
            {
                Kind = DeliveryKind.Read,
                Relation = told.Relation,
                MessageId = told.MessageId,
                Connection = gateway == origin ? told.OriginConnection : 0,
            };
            read.Users.Add(told.User);
            Put(gateway, partition, read);
        }
    }

    private void Put(GatewayAddress gateway, int partition, Delivery item)
    {
        if (!_parcels.TryGetValue(gateway, out var parcel))
            _parcels[gateway] = parcel = new();

        var bytes = item.Body.Length + (item.Users.Count * UserBytes) + ItemOverheadBytes;
        if (parcel.Current is null || parcel.Bytes + bytes > Limits.MaxBusMessageBytes)
        {
            parcel.Current = new();
            parcel.Batches.Add(parcel.Current);
            parcel.Part = null;
            parcel.Bytes = 0;
        }

        if (parcel.Part is null || parcel.Part.Partition != partition)
        {
            parcel.Part = links.NextPart(gateway, partition);
            parcel.Current.Partitions.Add(parcel.Part);
        }

        parcel.Part.Items.Add(item);
        parcel.Bytes += bytes;
        Items++;
    }

    private sealed class Parcel
    {
        public List<DeliveryBatch> Batches { get; } = [];

        public DeliveryBatch? Current { get; set; }

        public PartitionDelivery? Part { get; set; }

        public int Bytes { get; set; }
    }
}
