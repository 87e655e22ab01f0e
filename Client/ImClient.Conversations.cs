using BrokerIm.Contracts.Wire;
using BrokerIm.Client.Events;
using BrokerIm.Client.Sessions;

namespace BrokerIm.Client;

// Questions to the server, here and in the neighbouring files. Each waits for a connection if there is none, and fails with
// TimeoutException after RequestTimeout or with ImClosedException when the client has ended.
public sealed partial class ImClient
{
    /// <summary>A stretch of a conversation, oldest message first.</summary>
    /// <param name="peer">The conversation.</param>
    /// <param name="begin">Newest id wanted, inclusive; 0 for the latest.</param>
    /// <param name="count">How many, going backwards from there; fewer come when the conversation is shorter.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<IReadOnlyList<ChatMessage>> GetHistoryAsync(
        Peer peer, uint begin, int count, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        List<ChatMessage> newestFirst = [];
        while (newestFirst.Count < count)
        {
            var wanted = Math.Min(count - newestFirst.Count, ConversationTracker.PageSize);
            var from = begin;
            var reply = await _connection.RequestAsync(
                Command.GetMsgListReq,
                self => Requests.History(self, peer, from, (uint)wanted),
                Command.GetMsgListRsp,
                IMGetMsgListRsp.Parser,
                cancellationToken);

            // A page may be shorter than asked for, because of its size in bytes; only an empty one means that there is no more.
            newestFirst.AddRange(reply.MsgList.Select(info => ChatMessage.Of(peer, info, _options.TextCipher)));
            if (reply.MsgList.Count == 0 || reply.MsgList[^1].MsgId == 1)
                break;
            begin = reply.MsgList[^1].MsgId - 1;
        }

        newestFirst.Reverse();
        return newestFirst;
    }

    /// <summary>The highest id of a conversation; 0 when nobody has written yet.</summary>
    public async Task<uint> GetLatestIdAsync(Peer peer, CancellationToken cancellationToken)
    {
        var reply = await _connection.RequestAsync(
            Command.GetLatestMsgIdReq,
            self => Requests.LatestId(self, peer),
            Command.GetLatestMsgIdRsp,
            IMGetLatestMsgIdRsp.Parser,
            cancellationToken);
        return reply.LatestMsgId;
    }

    /// <summary>Some messages of a conversation, oldest first; unknown ids are left out.</summary>
    /// <param name="peer">The conversation.</param>
    /// <param name="ids">At most 100.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<IReadOnlyList<ChatMessage>> GetMessagesAsync(
        Peer peer, IReadOnlyCollection<uint> ids, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ids.Count, 100, nameof(ids));
        var reply = await _connection.RequestAsync(
            Command.GetMsgByIdReq,
            self => new IMGetMsgByIdReq
            {
                UserId = self, SessionType = peer.SessionType, SessionId = peer.Id, MsgIdList = { ids },
            },
            Command.GetMsgByIdRsp,
            IMGetMsgByIdRsp.Parser,
            cancellationToken);
        return [.. reply.MsgList.Select(info => ChatMessage.Of(peer, info, _options.TextCipher)).OrderBy(message => message.Id)];
    }

    /// <summary>The conversations with unread messages.</summary>
    public async Task<IReadOnlyList<UnreadInfo>> GetUnreadAsync(CancellationToken cancellationToken)
    {
        var reply = await _connection.RequestAsync(
            Command.UnreadMsgCntReq,
            self => new IMUnreadMsgCntReq { UserId = self },
            Command.UnreadMsgCntRsp,
            IMUnreadMsgCntRsp.Parser,
            cancellationToken);
        return reply.UnreadinfoList;
    }

    /// <summary>The conversations that changed after a time, newest first, at most 100.</summary>
    /// <param name="since">Exclusive; the default asks for all.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<IReadOnlyList<ContactSessionInfo>> GetRecentSessionsAsync(
        DateTimeOffset since, CancellationToken cancellationToken)
    {
        var reply = await _connection.RequestAsync(
            Command.RecentContactSessionReq,
            self => Requests.RecentSessions(self, SecondsOf(since)),
            Command.RecentContactSessionRsp,
            IMRecentContactSessionRsp.Parser,
            cancellationToken);
        return reply.ContactSessionList;
    }

    /// <summary>
    /// Takes a conversation off the list of recent ones, with what is unread in it. Its history stays, and the next message brings
    /// it back.
    /// </summary>
    /// <exception cref="RequestRefusedException">There is no such conversation on the list.</exception>
    public async Task RemoveSessionAsync(Peer peer, CancellationToken cancellationToken)
    {
        var reply = await _connection.RequestAsync(
            Command.RemoveSessionReq,
            self => new IMRemoveSessionReq { UserId = self, SessionType = peer.SessionType, SessionId = peer.Id },
            Command.RemoveSessionRsp,
            IMRemoveSessionRsp.Parser,
            cancellationToken);
        Insist(reply.ResultCode, $"remove the conversation with {peer}");
    }

    private static void Insist(uint result, string what)
    {
        if (result != 0)
            throw new RequestRefusedException(what, result);
    }

    private static uint SecondsOf(DateTimeOffset time) => (uint)Math.Max(0, time.ToUnixTimeSeconds());
}
