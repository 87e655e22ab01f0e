using BrokerIm.Contracts.Wire;

namespace BrokerIm.Client.Sessions;

/// <summary>Requests that more than one place makes.</summary>
internal static class Requests
{
    /// <summary>A page of history, from <paramref name="begin"/> backwards; 0 begins at the latest.</summary>
    public static IMGetMsgListReq History(uint self, Peer peer, uint begin, uint count) => new()
    {
        UserId = self, SessionType = peer.SessionType, SessionId = peer.Id, MsgIdBegin = begin, MsgCnt = count,
    };

    /// <summary>The conversations changed after a time, newest first; servers answer with at most 100.</summary>
    public static IMRecentContactSessionReq RecentSessions(uint self, uint sinceSeconds) => new()
    {
        UserId = self, LatestUpdateTime = sinceSeconds,
    };

    /// <summary>The highest id of a conversation.</summary>
    public static IMGetLatestMsgIdReq LatestId(uint self, Peer peer) => new()
    {
        UserId = self, SessionType = peer.SessionType, SessionId = peer.Id,
    };
}
