using System.Diagnostics;
using BrokerIm.Contracts.Records;
using BrokerIm.Contracts.Wire;
using BrokerIm.Core;
using BrokerIm.Core.Values;
using BrokerIm.Gateway.Delivery;

namespace BrokerIm.Gateway.Inbound;

/// <summary>
/// The way into one partition of the log. One record at a time is under way, so entries keep their order whatever the client
/// library does; what comes meanwhile goes into the next record, so batches grow with the load and an idle lane adds no delay.
/// </summary>
internal sealed class InboundLane(
    int partition,
    GatewayIdentity identity,
    RecordPublisher publisher,
    PipelineLag lag,
    GatewayOptions options,
    InboundMetrics metrics)
{
    private const uint RecordVersion = 1;

    private readonly LaneQueue _queue = new(options.LaneEntriesMax, options.LaneBytesMax);
    private readonly List<LaneEntry> _underWay = [];
    private readonly Progress _progress = new();

    /// <summary>
    /// Whether a message is to come again later, because it would wait long: the lane is nearly full, or the answers are late.
    /// </summary>
    public bool TurnsAway() => _queue.IsNearlyFull || (lag.IsLate(partition) && !lag.MayTry(partition));

    /// <summary>Adds an entry; completes once the lane has room for it.</summary>
    public async ValueTask AddAsync(LaneEntry entry, CancellationToken cancellationToken)
    {
        await _queue.AddAsync(entry, cancellationToken);
        metrics.LaneDepth(1);
    }

    /// <summary>Completes when everything added before the call is confirmed or given up.</summary>
    public Task SettleAsync(CancellationToken cancellationToken) => _progress.WaitAsync(_queue.Admitted, cancellationToken);

    /// <summary>Brings entries into the log until cancelled; what is left then has an unknown outcome.</summary>
    public async Task RunAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                await _queue.WaitAsync(stoppingToken);
                if (TryTake())
                    await PublishAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            GiveUp();
        }
    }

    private async ValueTask PublishAsync(CancellationToken stoppingToken)
    {
        using var activity = Telemetry.Activities.StartActivity("publish", ActivityKind.Producer);
        Sample();
        if (await publisher.TryPublishAsync(partition, RecordOf(_underWay, activity?.Id), stoppingToken))
        {
            lag.Published(partition);
            Finish();
        }
        else
        {
            lag.GivenUp(partition);
            GiveUp();
        }
    }

    private void Sample()
    {
        foreach (var lane in _underWay)
        {
            if (lane.Entry.Kind != EntryKind.Message)
                continue;
            lag.Publishing(partition, lane.Entry.Connection, lane.Entry.Sequence);
            return;
        }
    }

    private bool TryTake()
    {
        _queue.Take(_underWay, Limits.MaxRecordEntries, Limits.MaxRecordBytes);
        return _underWay.Count > 0;
    }

    private InboundRecord RecordOf(List<LaneEntry> entries, string? traceParent)
    {
        var record = new InboundRecord
        {
            Version = RecordVersion,
            Gateway = identity.Address.Id,
            Incarnation = identity.Address.Incarnation,
            TraceParent = traceParent ?? "",
        };

        record.Entries.Capacity = entries.Count;
        foreach (var entry in entries)
            record.Entries.Add(entry.Entry);
        return record;
    }

    /// <summary>
    /// Ends the record under way and everything queued behind it without a known outcome. Those behind go too: a later message of a
    /// connection must not overtake an earlier one that its client will send again.
    /// </summary>
    private void GiveUp()
    {
        var behind = _queue.Count;
        FinishUnknown();
        while (behind > 0 && TryTake())
        {
            behind -= _underWay.Count;
            FinishUnknown();
        }
    }

    private void FinishUnknown()
    {
        foreach (var entry in _underWay)
            TellUnknown(entry);
        metrics.OutcomeUnknown(_underWay.Count);
        Finish();
    }

    private static void TellUnknown(LaneEntry lost)
    {
        var entry = lost.Entry;
        if (entry.Kind != EntryKind.Message)
            return;

        if (entry.ClientMadeId)
            SendUnknown(lost);
        ClientMessageId? id = ClientMessageId.TryRead(entry.ClientMessageId.Span, out var given) ? given : null;
        lost.State.Sent.GiveUp((ushort)entry.Sequence, id);
    }

    private static void SendUnknown(LaneEntry lost)
    {
        var entry = lost.Entry;

        Span<byte> frame = stackalloc byte[AckFrame.MaxBytes];
        var length = new AckFrame
        {
            Sender = new(entry.Sender),
            Conversation = new(entry.Relation),
            MessageId = 0,
            Sequence = (ushort)entry.Sequence,
            ClientMessageId = entry.ClientMessageId.Span,
            Status = SendStatus.Unknown,
        }.Write(frame);
        lost.Origin.Write(frame[..length]);
        lost.Origin.Flush();
    }

    private void Finish()
    {
        foreach (var entry in _underWay)
            entry.State.InFlight.Leave();

        metrics.LaneDepth(-_underWay.Count);
        _progress.Finished(_underWay.Count);
        _underWay.Clear();
    }
}
