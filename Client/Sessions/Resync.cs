using BrokerIm.Client.Events;
using BrokerIm.Client.Sending;
using BrokerIm.Contracts.Wire;

namespace BrokerIm.Client.Sessions;

/// <summary>Learns how far the conversations reach: at the start, and after time without a connection.</summary>
internal sealed class Resync(ImClientOptions options, ServerClock clock, ConversationTable conversations)
{
    /// <summary>By how much the clocks of two servers may differ.</summary>
    public static readonly TimeSpan ClockTolerance = TimeSpan.FromSeconds(5);

    // Servers list at most this many recent conversations (protocol chapter 03 section 6).
    private const int MaxListed = 100;

    // A push may have been lost some time before the connection was; servers repair that within 35 s.
    private static readonly TimeSpan Overlap = TimeSpan.FromSeconds(60);

    private long _knownUntilMs;
    private bool _caughtUp;

    /// <summary>Takes what is there now as history.</summary>
    public async Task StartAsync(ImSession session, CancellationToken cancellationToken)
    {
        foreach (var recent in await ListAsync(session, sinceSeconds: 0, cancellationToken))
            conversations.StartAfter(Peer.Of(recent.SessionType, recent.SessionId), recent.LatestMsgId);
        _caughtUp = true;
    }

    /// <summary>The session has ended; what it did not bring is to be looked for.</summary>
    public void LostAt(ImSession session)
    {
        // As long as nobody has looked, the earlier moment counts.
        if (_caughtUp)
            _knownUntilMs = clock.NowMs - (long)options.TimeProvider.GetElapsedTime(session.LastReceived).TotalMilliseconds;
        _caughtUp = false;
    }

    /// <summary>Finds the conversations that grew meanwhile; their messages are fetched as events are read.</summary>
    public async Task CatchUpAsync(ImSession session, CancellationToken cancellationToken)
    {
        var since = Math.Max(0, (_knownUntilMs - (long)Overlap.TotalMilliseconds) / 1_000);
        var listed = await ListAsync(session, (uint)since, cancellationToken);
        foreach (var recent in listed)
            conversations.SawHead(Peer.Of(recent.SessionType, recent.SessionId), recent.LatestMsgId);

        if (listed.Count >= MaxListed)
            await LookAtUnlistedAsync(session, listed, cancellationToken);

        // Also for what an earlier session left undone.
        conversations.LookAgain();
        _caughtUp = true;
    }

    private async Task LookAtUnlistedAsync(
        ImSession session, IReadOnlyCollection<ContactSessionInfo> listed, CancellationToken cancellationToken)
    {
        var unlisted = conversations.Known.Except(listed.Select(recent => Peer.Of(recent.SessionType, recent.SessionId)));
        foreach (var some in unlisted.Chunk(MaxListed))
        {
            var replies = await Task.WhenAll(some.Select(peer => session.RequestAsync(
                Command.GetLatestMsgIdReq,
                Requests.LatestId(session.Self, peer),
                Command.GetLatestMsgIdRsp,
                IMGetLatestMsgIdRsp.Parser,
                options.RequestTimeout,
                cancellationToken)));
            foreach (var reply in replies)
                conversations.SawHead(Peer.Of(reply.SessionType, reply.SessionId), reply.LatestMsgId);
        }
    }

    private async Task<IReadOnlyCollection<ContactSessionInfo>> ListAsync(
        ImSession session, uint sinceSeconds, CancellationToken cancellationToken)
    {
        var reply = await session.RequestAsync(
            Command.RecentContactSessionReq,
            Requests.RecentSessions(session.Self, sinceSeconds),
            Command.RecentContactSessionRsp,
            IMRecentContactSessionRsp.Parser,
            options.RequestTimeout,
            cancellationToken);
        return reply.ContactSessionList;
    }
}
