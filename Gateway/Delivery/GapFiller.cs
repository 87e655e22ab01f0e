using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using BrokerIm.Gateway.Groups;
using BrokerIm.Gateway.Sessions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace BrokerIm.Gateway.Delivery;

/// <summary>Reads from the store what a connection missed and writes it to the connection in order.</summary>
/// <remarks>
/// <see cref="DeliveryCursor"/> lets only one fill of a conversation of a connection run; it goes on until it has caught up with
/// whatever arrived meanwhile. While the store does not answer it is tried again, for as long as the connection lives.
/// </remarks>
internal sealed class GapFiller : BackgroundService
{
    private const uint PageMessages = 100;
    private const int FactsPerQuestion = 64;
    private const uint LookBelowMax = 1_024;
    private const int BytesPerFlush = 64 * 1024;

    // A head may be seen before its row is safe, and then be out of sight until Persist, perhaps another one, has written it again.
    private const int LooksForMissing = 30;

    private static readonly TimeSpan s_retryDelay = TimeSpan.FromSeconds(1);

    private readonly IConversationReader _store;
    private readonly GroupAccess _groups;
    private readonly QueryDeadline _deadline;
    private readonly DeliveryMetrics _metrics;
    private readonly ILogger _log;
    private readonly DelayedWork<Gap> _work;

    public GapFiller(
        IConversationReader store,
        GroupAccess groups,
        QueryDeadline deadline,
        IOptions<GatewayOptions> options,
        TimeProvider time,
        DeliveryMetrics metrics,
        ILogger<GapFiller> log)
    {
        _store = store;
        _groups = groups;
        _deadline = deadline;
        _metrics = metrics;
        _log = log;
        _work = new(options.Value.RepairConcurrency, time, FillAsync);
    }

    /// <summary>Starts a fill when the cursor says so, and only then.</summary>
    public void Fill(Session session, ConversationId conversation) => _work.Add(new(session, conversation, LooksForMissing), TimeSpan.Zero);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => _work.RunAsync(stoppingToken);

    private async ValueTask FillAsync(Gap gap, CancellationToken stoppingToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(gap.Session.Closed, stoppingToken);
        try
        {
            var newestSeen = gap.Conversation.IsGroup
                ? await SkipUnseenAsync(gap.Session, gap.Conversation, ended.Token)
                : uint.MaxValue;

            while (TryNext(gap.Session, gap.Conversation, newestSeen, out var range))
            {
                var complete = range.StartUnknown
                    ? await TryFindStartAsync(gap, range.To, ended.Token)
                    : await TryPushAsync(gap, range, ended.Token);
                if (complete)
                    continue;

                _work.Add(gap with { Looks = gap.Looks - 1 }, s_retryDelay);
                return;
            }
        }
        catch (DependencyUnavailableException exception)
        {
            _log.RepairFailed(gap.Session.Id, exception);
            _work.Add(gap, s_retryDelay);
        }
        catch (OperationCanceledException) when (gap.Session.Closed.IsCancellationRequested)
        {
            // Nobody is there to read it any more.
        }
    }

    /// <summary>
    /// What came before the user joined is none of his business. Who has left since is still to be given what came before he did:
    /// it may be all that is missing before a message that was delivered to him.
    /// </summary>
    /// <returns>The newest message he may see.</returns>
    private async ValueTask<uint> SkipUnseenAsync(Session session, ConversationId group, CancellationToken cancellationToken)
    {
        if (await _groups.NewestStayAsync(group.GroupId, session.User, cancellationToken) is not { } stay)
            return 0;

        lock (session.Cursor.Gate)
            session.Cursor.SkipTo(group, stay.JoinHead);
        return stay.IsOpen ? uint.MaxValue : stay.LeaveHead;
    }

    private static bool TryNext(Session session, ConversationId conversation, uint newestSeen, out MissingRange range)
    {
        lock (session.Cursor.Gate)
        {
            if (!session.Cursor.TryNext(conversation, out range))
                return false;
            if (range.StartUnknown || range.To <= newestSeen)
                return true;
            if (range.From <= newestSeen)
            {
                range = range with { To = newestSeen };
                return true;
            }

            // He has left the group.
            session.Cursor.Abandon(conversation);
            return session.Cursor.TryNext(conversation, out range);
        }
    }

    /// <summary>
    /// Nothing was pushed to this session yet. Messages of about its login and later may have been missed; what is older the client
    /// reads by itself.
    /// </summary>
    /// <returns>False when the store does not show a message that is there.</returns>
    private async ValueTask<bool> TryFindStartAsync(Gap gap, uint target, CancellationToken cancellationToken)
    {
        var sinceMs = (ulong)LoginMoment.MissedSinceMs(gap.Session);
        var floor = target > LookBelowMax ? target - LookBelowMax : 0;
        var last = target - 1;
        while (last > floor)
        {
            var ids = new List<(ConversationId, uint)>(FactsPerQuestion);
            for (var id = last; id > floor && ids.Count < FactsPerQuestion; id--)
                ids.Add((gap.Conversation, id));

            var facts = await _deadline.AskAsync(token => _store.FactsAsync(ids, token), cancellationToken);
            var missed = 0;
            while (missed < facts.Count && facts[missed] is { } fact && fact.Meta.TimeMs >= sinceMs)
                missed++;

            last -= (uint)missed;
            if (missed == ids.Count)
                continue;
            if (facts[missed] is null && gap.Looks > 0)
                return false;
            break;
        }

        lock (gap.Session.Cursor.Gate)
            gap.Session.Cursor.StartAfter(gap.Conversation, last);
        return true;
    }

    /// <summary>Writes a page of what is missing.</summary>
    /// <returns>False when the store does not show a message that is there; what is below it has been written.</returns>
    private async ValueTask<bool> TryPushAsync(Gap gap, MissingRange range, CancellationToken cancellationToken)
    {
        var (session, conversation) = (gap.Session, gap.Conversation);
        var to = Math.Min(range.To, range.From + PageMessages - 1);
        _log.GapFilling(session.Id, conversation, range.From, to);
        var messages = await _deadline.AskAsync(
            token => _store.ReadRangeAsync(conversation, range.From, to, token), cancellationToken);

        var (complete, next) = (true, range.From);
        var unflushed = 0;
        foreach (var message in messages)
        {
            complete = message.MessageId == next++ || gap.Looks == 0;
            if (!complete)
                break;
            unflushed += Write(session, conversation, message);
            if (unflushed < BytesPerFlush)
                continue;

            // A client that is behind gets no more at once than it reads.
            session.Flush();
            await session.WaitUntilWritableAsync();
            cancellationToken.ThrowIfCancellationRequested();
            unflushed = 0;
        }

        session.Flush();
        if (messages.Count == to - range.From + 1)
            return true;
        if (gap.Looks > 0)
            return false;

        // What has been lost for good must not hold up the rest.
        _log.MessagesMissing(conversation, range.From, to);
        lock (session.Cursor.Gate)
            session.Cursor.Advance(conversation, to);
        return true;
    }

    private int Write(Session session, ConversationId conversation, StoredMessage message)
    {
        Span<byte> header = stackalloc byte[FrameHeader.Size];
        FrameHeader.For(Command.MsgData, message.Body.Length, sequence: 0).Write(header);

        lock (session.Cursor.Gate)
        {
            if (!session.Cursor.Advance(conversation, message.MessageId))
                return 0;
            if (OwnSends.TryAnswer(session, conversation, message))
                return AckFrame.MaxBytes;
            session.WriteParts(header, message.Body.Span);
        }

        _metrics.Pushed(1);
        return header.Length + message.Body.Length;
    }

    private sealed record Gap(Session Session, ConversationId Conversation, int Looks);
}
