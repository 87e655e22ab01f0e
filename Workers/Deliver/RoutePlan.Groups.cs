using BrokerIm.Contracts.Records;
using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Values;
using Google.Protobuf;

namespace BrokerIm.Workers.Deliver;

/// <content>What groups add: messages to many, finished answers and notifies.</content>
internal sealed partial class RoutePlan
{
    // Removed members with a notify of their own that lists everybody.
    private const int MaxFullNotices = 32;

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
                Put(gateway, partition, Members(told, left, audience.Before));
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

    private static Delivery Members(OutboundEvent told, bool left, long before)
    {
        var members = new Delivery
        {
            Kind = DeliveryKind.Members,
            Relation = told.Relation,
            MessageId = told.MessageId,
            PositionInLog = told.Change.Position,
            PreviousInLog = before,
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
}
