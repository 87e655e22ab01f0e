using System.Diagnostics;
using BrokerIm.Contracts.Records;
using BrokerIm.Core;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using Google.Protobuf;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace BrokerIm.Workers.Deliver;

/// <summary>Finds where everyone is and hands each gateway what its users must see, encoded once.</summary>
/// <remarks>
/// Safe to repeat: gateways drop ids they have passed on. What cannot be sent is given up, visibly: the chain of positions to
/// that gateway breaks and it reads the missing messages from the store. So a slow bus never holds the log up.
/// </remarks>
internal sealed class DeliverHandler(
    PresenceCache presence,
    GroupRosters rosters,
    GatewayLinks links,
    ILogWriter<DeadLetter> deadLetters,
    RetryForever retry,
    TimeProvider time,
    IOptions<DeliverOptions> options,
    ILogger<DeliverHandler> log) : IBatchHandler<OutboundRecord>
{
    public async Task HandleAsync(LogBatch<OutboundRecord> batch, CancellationToken cancellationToken)
    {
        using var activity = StartActivity(batch);
        using var turn = await links.TakeTurnAsync(cancellationToken);
        foreach (var slice in batch.Slices)
        {
            links.Enter(slice.Partition, slice.Generation);
            rosters.Enter(slice.Partition, slice.Generation);
            await SetAsideAsync(slice, cancellationToken);
        }

        var plan = new RoutePlan(links);
        if (await TryFindAsync(batch, cancellationToken) is var (audiences, whereabouts))
        {
            Plan(plan, batch, audiences, whereabouts);
        }
        else
        {
            // Without members or presence the receivers are unknown, but every sender's answer knows its way home.
            // The answers already show that something is missing: one of them may be the first that a connection gets of a conversation.
            rosters.Clear();
            foreach (var slice in batch.Slices)
                links.Break(slice.Partition);
            Plan(plan, batch, audiences: null, Whereabouts.Nowhere);
        }

        rosters.Trim();
        await links.SendAsync(plan, cancellationToken);
        DeliverMetrics.Planned(plan.Items);
        log.BatchDelivered(batch.Slices.Count, plan.Items);
    }

    /// <summary>Who the events are for, in their order, and where everybody is; null when a service does not answer.</summary>
    private async ValueTask<(List<Audience> Audiences, Whereabouts Whereabouts)?> TryFindAsync(
        LogBatch<OutboundRecord> batch, CancellationToken cancellationToken)
    {
        try
        {
            var groups = GroupsOf(batch);
            if (groups.Count > 0)
                await rosters.LoadAsync(groups, cancellationToken);

            var (audiences, users, everywhere) = Address(batch);
            return (audiences, await presence.FindAsync(users, everywhere, cancellationToken));
        }
        catch (DependencyUnavailableException exception)
        {
            var events = Events(batch).Count();
            DeliverMetrics.Shed("whereabouts", events);
            log.WhereaboutsUnavailable(events, exception);
            return null;
        }
    }

    private (List<Audience> Audiences, HashSet<UserId> Users, bool Everywhere) Address(LogBatch<OutboundRecord> batch)
    {
        var audiences = new List<Audience>();
        var users = new HashSet<UserId>();
        var everywhere = false;
        foreach (var told in Events(batch))
        {
            var conversation = new ConversationId(told.Relation);
            var audience = NeedsMembers(told)
                ? Audience.Of(told, rosters.Get(conversation.GroupId), options.Value.LargeGroupMembers)
                : default;
            audiences.Add(audience);
            everywhere |= audience.Everywhere;
            if (told.Kind is EventKind.Read or EventKind.Removed)
            {
                users.Add(new(told.User));
            }
            else if (told.Kind == EventKind.Stored && !conversation.IsGroup)
            {
                users.Add(conversation.Low);
                users.Add(conversation.High);
            }
            else if (audience.Users is { } members && !(told.Kind == EventKind.Group && audience.Everywhere))
            {
                users.UnionWith(members);
            }

            if (told.Kind == EventKind.Group)
                users.UnionWith(told.Change.Users.Select(static user => new UserId(user)));
        }

        return (audiences, users, everywhere);
    }

    private static HashSet<(uint Group, int Partition)> GroupsOf(LogBatch<OutboundRecord> batch)
    {
        var groups = new HashSet<(uint, int)>();
        foreach (var slice in batch.Slices)
        {
            foreach (var told in slice.Records.SelectMany(static record => record.Value?.Events ?? []))
            {
                if (NeedsMembers(told))
                    groups.Add((new ConversationId(told.Relation).GroupId, slice.Partition));
            }
        }

        return groups;
    }

    private static bool NeedsMembers(OutboundEvent told) =>
        told.Kind == EventKind.Group || (told.Kind == EventKind.Stored && new ConversationId(told.Relation).IsGroup);

    /// <summary>A record that does not parse is kept for a person to look at; the gateways find its messages in the store.</summary>
    private async ValueTask SetAsideAsync(LogSlice<OutboundRecord> slice, CancellationToken cancellationToken)
    {
        foreach (var record in slice.Records)
        {
            if (record.Value is not null)
                continue;

            var letter = new DeadLetter
            {
                Topic = "outbound",
                Partition = slice.Partition,
                Offset = record.Offset,
                Epoch = slice.Epoch,
                Index = -1,
                Reason = "The record does not parse.",
                Original = ByteString.CopyFrom(record.Raw.Span),
                TimeMs = (ulong)time.GetUtcNow().ToUnixTimeMilliseconds(),
            };
            await retry.RunAsync(
                "writing a dead letter", token => deadLetters.AppendAsync(0, letter, token), cancellationToken);
            links.Break(slice.Partition);
            log.SetAside(slice.Partition, record.Offset);
        }
    }

    private static void Plan(
        RoutePlan plan, LogBatch<OutboundRecord> batch, List<Audience>? audiences, Whereabouts whereabouts)
    {
        var next = 0;
        foreach (var slice in batch.Slices)
        {
            foreach (var record in slice.Records)
            {
                if (record.Value is not { } value)
                    continue;

                var origins = value.Gateways.Select(gateway => new GatewayAddress(gateway.Id, gateway.Incarnation)).ToArray();
                foreach (var told in value.Events)
                {
                    plan.Add(
                        slice.Partition, told, origins[told.OriginGateway], whereabouts,
                        audiences is null ? default : audiences[next++]);
                }
            }
        }
    }

    private static IEnumerable<OutboundEvent> Events(LogBatch<OutboundRecord> batch) =>
        batch.Slices.SelectMany(slice => slice.Records).SelectMany(record => record.Value?.Events ?? []);

    private static Activity? StartActivity(LogBatch<OutboundRecord> batch)
    {
        var parent = batch.Slices.SelectMany(slice => slice.Records)
            .Select(record => record.Value?.TraceParent)
            .FirstOrDefault(trace => !string.IsNullOrEmpty(trace));
        return Telemetry.Activities.StartActivity("deliver", ActivityKind.Consumer, parent);
    }
}
