using BrokerIm.Contracts.Records;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;

namespace BrokerIm.Server.Erasing;

/// <summary>
/// Brings an operator's orders to erase into the log, where everything that changes a conversation has its place, and waits until they
/// are done. What is erased already is left alone, so a run that broke off is simply repeated.
/// </summary>
internal sealed class EraseRun(ErasableMessages messages, ILogWriter<InboundRecord> log, TimeProvider time, bool dryRun)
{
    private const uint RecordVersion = 1;

    /// <summary>Messages that are ordered before it is waited for: what a batch of Persist takes without other users noticing.</summary>
    private const int MaxWaiting = 2_000;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(20);

    private readonly List<EraseOrder> _waiting = [];
    private int _waitingMessages;

    /// <summary>Messages that lost their content, or would.</summary>
    public long Erased { get; private set; }

    /// <summary>Messages that had lost it before.</summary>
    public long ErasedBefore { get; private set; }

    /// <summary>Erases a part of a conversation; done by the time <see cref="FlushAsync"/> returns.</summary>
    /// <inheritdoc cref="ErasableMessages.FindAsync"/>
    /// <exception cref="TimeoutException">Nobody has taken the orders up yet.</exception>
    public async ValueTask AddAsync(
        ConversationId conversation, uint from, uint to, Func<StoredMessage, bool> isMeant, CancellationToken cancellationToken)
    {
        await foreach (var (order, before) in messages.FindAsync(conversation, from, to, isMeant, cancellationToken))
        {
            ErasedBefore += before;
            Erased += order.MessageIds.Count;
            if (dryRun || order.MessageIds.Count == 0)
                continue;

            _waiting.Add(order);
            _waitingMessages += order.MessageIds.Count;
            if (_waitingMessages >= MaxWaiting)
                await FlushAsync(cancellationToken);
        }
    }

    /// <summary>Orders what waits, and returns once it is done.</summary>
    /// <exception cref="TimeoutException">Nobody has taken the orders up yet.</exception>
    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        foreach (var part in _waiting.GroupBy(order => Partitioning.PartitionOf(order.Conversation, log.PartitionCount)))
        {
            var record = new InboundRecord { Version = RecordVersion, Gateway = "operator" };
            record.Entries.AddRange(part.Select(EntryOf));
            await log.AppendAsync(part.Key, record, cancellationToken);
        }

        foreach (var order in _waiting)
            await UntilDoneAsync(order, cancellationToken);
        _waiting.Clear();
        _waitingMessages = 0;
    }

    private InboundEntry EntryOf(EraseOrder order) => new()
    {
        Kind = EntryKind.Erase,
        Relation = order.Conversation.Value,
        StampMs = (ulong)time.GetUtcNow().ToUnixTimeMilliseconds(),
        MessageIds = { order.MessageIds },
    };

    private async ValueTask UntilDoneAsync(EraseOrder order, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (!await messages.IsDoneAsync(order, cancellationToken))
        {
            if (time.GetElapsedTime(began) > s_patience)
                throw new TimeoutException("The log has the orders, and no Persist worker has taken them up yet.");
            await Task.Delay(s_pause, time, cancellationToken);
        }
    }
}
