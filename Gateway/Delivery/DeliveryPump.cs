using BrokerIm.Contracts.Records;
using BrokerIm.Contracts.Wire;
using BrokerIm.Core;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using BrokerIm.Gateway.Inbound;
using BrokerIm.Gateway.Presence;
using BrokerIm.Gateway.Sessions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using DeliveryItem = BrokerIm.Contracts.Records.Delivery;

namespace BrokerIm.Gateway.Delivery;

/// <summary>Takes what the bus brings and writes it to the connections. Bus messages come one at a time.</summary>
internal sealed class DeliveryPump(
    IDeliveryReceiver bus,
    GatewayIdentity identity,
    ConnectionTable connections,
    SignalHandler signals,
    SessionFeed feed,
    LargeGroups largeGroups,
    Sweeper sweeper,
    LoginCheck logins,
    DeliverySilence silence,
    PipelineLag lag,
    Answers answers,
    RetryForever retry,
    TimeProvider time,
    ILogger<DeliveryPump> log) : IHostedService
{
    // More flushes than this keep what comes behind them waiting for longer than it takes to hand them over.
    private const int FlushedHereMax = 32;

    private readonly Dictionary<uint, DeliveryChain> _chains = [];
    private readonly FlushRounds _rounds = new();

    // Reused: each touched connection is flushed once per bus message, however much was written to it.
    private HashSet<Session> _touched = [];

    private readonly long _openedMs = time.GetUtcNow().ToUnixTimeMilliseconds();
    private IAsyncDisposable? _subscription;

    /// <summary>Opens the gateway's queue; registered before anything that lets clients in.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _subscription = await retry.RunAsync(
            "listening for deliveries",
            async token => await bus.SubscribeAsync(identity.Address, HandleAsync, token),
            cancellationToken);
        log.Listening(identity.Address);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_subscription is { } subscription)
            await subscription.DisposeAsync();
        _subscription = null;
    }

    /// <summary>Handles one bus message.</summary>
    internal async ValueTask HandleAsync(DeliveryBatch batch, CancellationToken cancellationToken)
    {
        silence.Heard();
        foreach (var signal in batch.Signals)
            await signals.HandleAsync(signal, cancellationToken);

        try
        {
            foreach (var part in batch.Partitions)
            {
                Follow(part);
                foreach (var item in part.Items)
                {
                    if (item.Kind == DeliveryKind.Ack)
                        lag.Answered(part.Partition, item.Connection, item.Sequence);
                    Deliver(item);
                }
            }
        }
        finally
        {
            await FlushAsync();
            answers.Written();
        }
    }

    private ValueTask FlushAsync()
    {
        if (_touched.Count > FlushedHereMax)
            return _rounds.AddAsync(ref _touched);

        foreach (var session in _touched)
            session.Flush();
        _touched.Clear();
        return default;
    }

    private void Follow(PartitionDelivery part)
    {
        var isFirst = !_chains.TryGetValue(part.Partition, out var chain);
        if (chain is null)
            _chains[part.Partition] = chain = new(_openedMs);
        if (chain.Follow(part, time.GetUtcNow().ToUnixTimeMilliseconds()) is not { } wholeUntilMs)
            return;

        // A first link tells nothing about what was before it; but until a first check, the checks after the logins will find all of that.
        if (isFirst && !logins.HasBegun)
            return;

        // The pipeline may be behind: then what is missing is as old as what came instead.
        var sinceMs = Math.Min(wholeUntilMs, DeliveryTimes.OldestMs(part) ?? wholeUntilMs);
        log.ChainBroken(part.Partition, DateTimeOffset.FromUnixTimeMilliseconds(sinceMs));
        sweeper.Demand((int)part.Partition, sinceMs);
    }

    private void Deliver(DeliveryItem item)
    {
        switch (item.Kind)
        {
            case DeliveryKind.Ack:
                Acknowledge(item);
                break;
            case DeliveryKind.Message:
                Push(item);
                break;
            case DeliveryKind.Read:
                TellRead(item);
                break;
            case DeliveryKind.Reply:
                Reply(item);
                break;
            case DeliveryKind.Notice:
                Notify(item);
                break;
            case DeliveryKind.Members:
                largeGroups.Follow(item);
                break;
        }
    }

    private void Acknowledge(DeliveryItem item)
    {
        // A session told to go may still learn that its last message was stored.
        if (connections.Find(item.Connection) is not { State: SessionState.LoggedIn or SessionState.Kicked } session)
            return;
        if (feed.Acknowledge(session, item))
            _touched.Add(session);
    }

    private void Push(DeliveryItem item)
    {
        var conversation = new ConversationId(item.Relation);
        Span<byte> header = stackalloc byte[FrameHeader.Size];
        FrameHeader.For(Command.MsgData, item.Body.Length, sequence: 0).Write(header);

        if (item.ToMembers)
        {
            foreach (var session in largeGroups.SessionsFor(item))
                Push(session, item, conversation, header);
            return;
        }

        // By index: the enumerator of a repeated field is an object.
        for (var i = 0; i < item.Users.Count; i++)
        {
            foreach (var session in connections.SessionsOf(new(item.Users[i])))
                Push(session, item, conversation, header);
        }
    }

    private void Push(Session session, DeliveryItem item, ConversationId conversation, ReadOnlySpan<byte> header)
    {
        if (session.Id == item.Connection)
            return;
        feed.Push(session, conversation, item.MessageId, header, item.Body.Span);
        _touched.Add(session);
    }

    private void Reply(DeliveryItem item)
    {
        if (connections.Find(item.Connection) is not { IsLoggedIn: true } session)
            return;

        Span<byte> header = stackalloc byte[FrameHeader.Size];
        FrameHeader.For((ushort)item.Command, item.Body.Length, (ushort)item.Sequence).Write(header);
        session.WriteParts(header, item.Body.Span);
        _touched.Add(session);
    }

    private void Notify(DeliveryItem item)
    {
        Span<byte> header = stackalloc byte[FrameHeader.Size];
        FrameHeader.For((ushort)item.Command, item.Body.Length, sequence: 0).Write(header);
        foreach (var user in item.Users)
        {
            foreach (var session in connections.SessionsOf(new(user)))
            {
                if (session.Id == item.Connection)
                    continue;
                session.WriteParts(header, item.Body.Span);
                _touched.Add(session);
            }
        }
    }

    private void TellRead(DeliveryItem item)
    {
        Span<byte> frame = stackalloc byte[ReadNotifyFrame.MaxBytes];
        foreach (var user in item.Users)
        {
            var reader = new UserId(user);
            var length = ReadNotifyFrame.Write(frame, reader, new(item.Relation), item.MessageId);
            foreach (var session in connections.SessionsOf(reader))
            {
                if (session.Id == item.Connection)
                    continue;
                session.Write(frame[..length]);
                _touched.Add(session);
            }
        }
    }
}
