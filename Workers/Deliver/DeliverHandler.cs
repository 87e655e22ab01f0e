using System.Diagnostics;
using BrokerIm.Contracts.Records;
using BrokerIm.Core;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using Google.Protobuf;
using Microsoft.Extensions.Logging;

namespace BrokerIm.Workers.Deliver;

/// <summary>Finds where everyone is and hands each gateway what its users must see, encoded once.</summary>
/// <remarks>
/// Safe to repeat: gateways drop ids they have passed on. What cannot be sent is given up, visibly: the chain of positions to
/// that gateway breaks and it reads the missing messages from the store. So a slow bus never holds the log up.
/// </remarks>
internal sealed class DeliverHandler(
    PresenceCache presence,
    GatewayLinks links,
    ILogWriter<DeadLetter> deadLetters,
    RetryForever retry,
    TimeProvider time,
    ILogger<DeliverHandler> log) : IBatchHandler<OutboundRecord>
{
    public async Task HandleAsync(LogBatch<OutboundRecord> batch, CancellationToken cancellationToken)
    {
        using var activity = StartActivity(batch);
        using var turn = await links.TakeTurnAsync(cancellationToken);
        foreach (var slice in batch.Slices)
        {
            links.Enter(slice.Partition, slice.Generation);
            await SetAsideAsync(slice, cancellationToken);
        }

        var plan = new RoutePlan(links);
        if (await TryFindAsync(batch, cancellationToken) is { } whereabouts)
        {
            foreach (var slice in batch.Slices)
                Plan(plan, slice, whereabouts);
        }
        else
        {
            // Without presence the receivers are unknown, but every answer knows its way home.
            foreach (var slice in batch.Slices)
            {
                Plan(plan, slice, Whereabouts.Nowhere);
                links.Break(slice.Partition);
            }
        }

        await links.SendAsync(plan, cancellationToken);
        DeliverMetrics.Planned(plan.Items);
        log.BatchDelivered(batch.Slices.Count, plan.Items);
    }

    private async ValueTask<Whereabouts?> TryFindAsync(LogBatch<OutboundRecord> batch, CancellationToken cancellationToken)
    {
        var users = new HashSet<UserId>();
        foreach (var told in Events(batch))
        {
            if (told.Kind == EventKind.Stored)
            {
                var conversation = new ConversationId(told.Relation);
                users.Add(conversation.Low);
                users.Add(conversation.High);
            }
            else if (told.Kind == EventKind.Read)
            {
                users.Add(new(told.User));
            }
        }

        try
        {
            return await presence.FindAsync(users, cancellationToken);
        }
        catch (DependencyUnavailableException exception)
        {
            DeliverMetrics.Shed("presence", users.Count);
            log.PresenceUnavailable(users.Count, exception);
            return null;
        }
    }

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

    private static void Plan(RoutePlan plan, LogSlice<OutboundRecord> slice, Whereabouts whereabouts)
    {
        foreach (var record in slice.Records)
        {
            if (record.Value is not { } value)
                continue;

            var origins = value.Gateways.Select(gateway => new GatewayAddress(gateway.Id, gateway.Incarnation)).ToArray();
            foreach (var told in value.Events)
                plan.Add(slice.Partition, told, origins[told.OriginGateway], whereabouts);
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
