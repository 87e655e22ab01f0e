using BrokerIm.Contracts.Records;
using BrokerIm.Core.Values;
using BrokerIm.Gateway.Connections;
using BrokerIm.Gateway.Sessions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace BrokerIm.Gateway.Inbound;

/// <summary>The way into the log: a lane per partition, found by the hash of the conversation.</summary>
internal sealed class InboundLanes : BackgroundService, IDrainable
{
    private readonly InboundLane[] _lanes;
    private readonly ConnectionTable _connections;
    private readonly Answers _answers;
    private readonly TimeProvider _time;
    private readonly ILogger _log;

    public InboundLanes(
        RecordPublisher publisher,
        PipelineLag lag,
        GatewayIdentity identity,
        ConnectionTable connections,
        Answers answers,
        IOptions<GatewayOptions> options,
        TimeProvider time,
        InboundMetrics metrics,
        ILogger<InboundLanes> log)
    {
        _connections = connections;
        _answers = answers;
        _time = time;
        _log = log;
        _lanes = [.. Enumerable.Range(0, publisher.Partitions)
            .Select(partition => new InboundLane(partition, identity, publisher, lag, options.Value, metrics))];
    }

    /// <summary>
    /// Puts an entry behind the earlier ones of its partition. Waits while its connection has too much under way or the lane is
    /// full; whoever waits here does not read its socket.
    /// </summary>
    /// <exception cref="OperationCanceledException">The entry will not go into the log.</exception>
    public async ValueTask EnqueueAsync(
        Session origin, SendState state, InboundEntry entry, CancellationToken cancellationToken)
    {
        await state.InFlight.EnterAsync(cancellationToken);
        try
        {
            var lane = _lanes[Partitioning.PartitionOf(new ConversationId(entry.Relation), _lanes.Length)];
            await lane.AddAsync(new(entry, origin, state), cancellationToken);
        }
        catch (OperationCanceledException)
        {
            state.InFlight.Leave();
            throw;
        }
    }

    /// <summary>Whether a message of the conversation is to come again later, because it would wait long.</summary>
    public bool TurnsAway(ConversationId conversation) =>
        _lanes[Partitioning.PartitionOf(conversation, _lanes.Length)].TurnsAway();

    /// <summary>Completes when the log has what was taken in, and its senders have their answers.</summary>
    public async Task SettleAsync(CancellationToken cancellationToken)
    {
        var now = _time.GetTimestamp();
        await Task.WhenAll(_lanes.Select(lane => lane.SettleAsync(cancellationToken)));

        var owed = _connections.All.ToList();
        while (true)
        {
            // Asked for before the look, so that an answer between the two is not missed.
            var next = _answers.NextAsync(cancellationToken);
            owed.RemoveAll(session => !session.IsLoggedIn || session.Sends?.Sent.HasUnansweredUntil(now) != true);
            if (owed.Count == 0)
                return;
            await next;
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        _log.LanesOpen(_lanes.Length);

        // A lane ends early only by a bug; the others must not go on as if nothing had happened.
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        var running = _lanes.Select(lane => lane.RunAsync(failed.Token)).ToList();
        await Task.WhenAny(running);
        await failed.CancelAsync();
        await Task.WhenAll(running);
    }
}
