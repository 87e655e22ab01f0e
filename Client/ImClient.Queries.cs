using BrokerIm.Contracts.Wire;
using BrokerIm.Client.Events;
using BrokerIm.Client.Sessions;

namespace BrokerIm.Client;

// Questions to the server. Each waits for a connection if there is none, and fails with TimeoutException after RequestTimeout or
// with ImClosedException when the client has ended.
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

    /// <summary>Everybody, or everybody whose profile changed; asks as often as it takes when one answer cannot hold them.</summary>
    /// <param name="since">Inclusive; the default asks for all but those who left.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<UserChanges> GetAllUsersAsync(DateTimeOffset since, CancellationToken cancellationToken)
    {
        // A server leaves out those who left only when it is asked for all; the second question for the rest asks for changes.
        const uint left = 3;
        bool IsWanted(UserInfo user) => user.Status != left || SecondsOf(since) > 0;
        var users = new Dictionary<uint, UserInfo>();
        for (var asked = SecondsOf(since); ;)
        {
            var from = asked;
            var reply = await _connection.RequestAsync(
                Command.AllUserReq,
                self => new IMAllUserReq { UserId = self, LatestUpdateTime = from },
                Command.AllUserRsp,
                IMAllUserRsp.Parser,
                cancellationToken);

            foreach (var user in reply.UserList)
                users[user.UserId] = user;

            // Asked from its own answer's time on, the server has nothing newer when it names that time again.
            if (reply.LatestUpdateTime <= asked)
                return new([.. users.Values.Where(IsWanted)], DateTimeOffset.FromUnixTimeSeconds(asked));
            asked = reply.LatestUpdateTime;
        }
    }

    /// <summary>Profiles of some users; unknown ids are left out.</summary>
    public async Task<IReadOnlyList<UserInfo>> GetUsersAsync(IEnumerable<uint> ids, CancellationToken cancellationToken)
    {
        var reply = await _connection.RequestAsync(
            Command.UsersInfoReq,
            self => new IMUsersInfoReq { UserId = self, UserIdList = { ids } },
            Command.UsersInfoRsp,
            IMUsersInfoRsp.Parser,
            cancellationToken);
        return reply.UserInfoList;
    }

    /// <summary>All departments, deleted ones included.</summary>
    public async Task<IReadOnlyList<DepartInfo>> GetDepartmentsAsync(CancellationToken cancellationToken)
    {
        var reply = await _connection.RequestAsync(
            Command.DepartmentReq,
            self => new IMDepartmentReq { UserId = self, LatestUpdateTime = 0 },
            Command.DepartmentRsp,
            IMDepartmentRsp.Parser,
            cancellationToken);
        return reply.DeptList;
    }

    /// <summary>Which of some users have a PC client online; one answer per id, in the same order.</summary>
    public async Task<IReadOnlyList<UserStat>> GetStatusAsync(IEnumerable<uint> ids, CancellationToken cancellationToken)
    {
        var reply = await _connection.RequestAsync(
            Command.UsersStatReq,
            self => new IMUsersStatReq { UserId = self, UserIdList = { ids } },
            Command.UsersStatRsp,
            IMUsersStatRsp.Parser,
            cancellationToken);
        return reply.UserStatList;
    }

    /// <summary>Ends the user's session on the PC. Servers listen to mobile clients only; others get no answer.</summary>
    /// <exception cref="TimeoutException">Also when this client is none of those.</exception>
    public Task KickPcAsync(CancellationToken cancellationToken) => _connection.RequestAsync(
        Command.KickPCClientReq,
        self => new IMKickPCClientReq { UserId = self },
        Command.KickPCClientRsp,
        IMKickPCClientRsp.Parser,
        cancellationToken);

    /// <summary>The server's clock, to the second.</summary>
    public async Task<DateTimeOffset> GetServerTimeAsync(CancellationToken cancellationToken)
    {
        var reply = await _connection.RequestAsync(
            Command.ClientTimeReq, _ => new IMClientTimeReq(), Command.ClientTimeRsp, IMClientTimeRsp.Parser, cancellationToken);
        return DateTimeOffset.FromUnixTimeSeconds(reply.ServerTime);
    }

    private static uint SecondsOf(DateTimeOffset time) => (uint)Math.Max(0, time.ToUnixTimeSeconds());
}
