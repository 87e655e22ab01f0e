using BrokerIm.Contracts.Records;
using BrokerIm.Contracts.Wire;
using BrokerIm.Core;
using BrokerIm.Core.Values;
using Google.Protobuf;

namespace BrokerIm.Workers.Deliver;

/// <summary>What each gateway gets out of one batch: pure decisions, no I/O.</summary>
internal sealed class RoutePlan(GatewayLinks links)
{
    private const int ItemOverheadBytes = 48;
    private const int UserBytes = 5;

    // Removed members with a notify of their own that lists everybody.
    private const int MaxFullNotices = 32;

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
            shown.Users.Add(user.Value);
            if (other is { } second)
                shown.Users.Add(second.Value);
            return shown;
        }
    }

    private void ShowGroup(
        int partition, OutboundEvent told, GatewayAddress origin, Whereabouts whereabouts, Audience audience)
    {
        if (audience.Everywhere)
        {
            foreach (var gateway in whereabouts.Gateways)
            {
                var shown = Shown(gateway);
                shown.ToMembers = true;
                shown.PositionInLog = audience.Position;
                Put(gateway, partition, shown);
            }
        }
        else
        {
            PutEach(partition, audience.Users!, whereabouts, Shown);
        }

        Delivery Shown(GatewayAddress gateway) => new()
        {
            Kind = DeliveryKind.Message,
            Relation = told.Relation,
            MessageId = told.MessageId,
            Connection = gateway == origin ? told.OriginConnection : 0,
            Body = told.Body,
        };
    }

    /// <summary>Answers a command to a group; when it changed something, tells those whom it concerns.</summary>
    private void TellGroup(
        int partition,
        OutboundEvent told,
        GatewayAddress origin,
        Whereabouts whereabouts,
        Audience audience,
        UserId[] members)
    {
        var (command, body) = GroupPdus.Reply(told, members);
        Reply(partition, told, origin, command, body);
        if (told.Change.Users.Count == 0)
            return;

        var changed = told.Change.Users.Select(static user => new UserId(user)).ToArray();
        var left = told.Change.Kind == EntryKind.GroupRemove;
        if (audience.Everywhere)
        {
            foreach (var gateway in whereabouts.Gateways)
                Put(gateway, partition, Members(told, left));
        }

        // Members of a large group see the change by the group's version; to tell them all each time would be too much.
        UserId[] informed = !audience.Everywhere ? members : left ? [] : changed;
        if (informed.Length > 0)
            Notify(partition, told, origin, whereabouts, Command.GroupChangeMemberNotify, informed, GroupPdus.Notice(told, members));
        if (!left)
            return;

        foreach (var user in changed)
        {
            var notice = changed.Length <= MaxFullNotices && !audience.Everywhere
                ? GroupPdus.NoticeTo(user.Value, told, members)
                : GroupPdus.ShortNoticeTo(user.Value, told);
            Notify(partition, told, origin, whereabouts, Command.GroupChangeMemberNotify, [user], notice);
        }
    }

    private static Delivery Members(OutboundEvent told, bool left)
    {
        var members = new Delivery
        {
            Kind = DeliveryKind.Members,
            Relation = told.Relation,
            MessageId = told.MessageId,
            PositionInLog = told.Change.Position,
            Left = left,
        };
        members.Users.AddRange(told.Change.Users);
        return members;
    }

    // Only of pairs, as the original does (protocol chapter 03 section 7).
    private void TellRemoved(int partition, OutboundEvent told, GatewayAddress origin, Whereabouts whereabouts)
    {
        Reply(partition, told, origin, Command.RemoveSessionRsp, GroupPdus.RemovedReply(told));
        if (told.Outcome == SendOutcome.Stored && !new ConversationId(told.Relation).IsGroup)
        {
            Notify(
                partition, told, origin, whereabouts, Command.RemoveSessionNotify, [new(told.User)], GroupPdus.RemovedNotice(told));
        }
    }

    private void Reply(int partition, OutboundEvent told, GatewayAddress origin, ushort command, ByteString body)
    {
        // An operator's command comes from no connection.
        if (told.OriginConnection == 0)
            return;

        Put(origin, partition, new Delivery
        {
            Kind = DeliveryKind.Reply,
            Connection = told.OriginConnection,
            Sequence = told.OriginSequence,
            Command = command,
            Body = body,
        });
    }

    private void Notify(
        int partition,
        OutboundEvent told,
        GatewayAddress origin,
        Whereabouts whereabouts,
        ushort command,
        IReadOnlyCollection<UserId> users,
        ByteString body) =>
        PutEach(partition, users, whereabouts, gateway => new()
        {
            Kind = DeliveryKind.Notice,
            Connection = gateway == origin ? told.OriginConnection : 0,
            Command = command,
            Body = body,
        });

    /// <summary>One delivery to each gateway at which any of the users is.</summary>
    private void PutEach(
        int partition, IReadOnlyCollection<UserId> users, Whereabouts whereabouts, Func<GatewayAddress, Delivery> make)
    {
        var deliveries = new Dictionary<GatewayAddress, Delivery>();
        foreach (var user in users)
        {
            foreach (var gateway in whereabouts.Of(user))
            {
                if (!deliveries.TryGetValue(gateway, out var delivery))
                    deliveries[gateway] = delivery = make(gateway);
                delivery.Users.Add(user.Value);
            }
        }

        foreach (var (gateway, delivery) in deliveries)
            Put(gateway, partition, delivery);
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
