using BrokerIm.Contracts.Wire;

namespace BrokerIm.Client;

// Who there is, who is there, and what they say about themselves (protocol chapter 04; chapter 02 section 7).
public sealed partial class ImClient
{
    // 6 bytes each: far below the largest frame.
    private const int MaxIdsPerRequest = 1_000;

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

    /// <summary>Profiles of some users, in any order; unknown ids are left out. Asks as often as it takes.</summary>
    public async Task<IReadOnlyList<UserInfo>> GetUsersAsync(IEnumerable<uint> ids, CancellationToken cancellationToken)
    {
        List<UserInfo> users = [];
        foreach (var some in ids.Distinct().Chunk(MaxIdsPerRequest))
        {
            // An answer that is full leaves the rest out, as it does those who are unknown; an empty one says that only they are left.
            var left = some.ToHashSet();
            while (left.Count > 0)
            {
                var reply = await _connection.RequestAsync(
                    Command.UsersInfoReq,
                    self => new IMUsersInfoReq { UserId = self, UserIdList = { left } },
                    Command.UsersInfoRsp,
                    IMUsersInfoRsp.Parser,
                    cancellationToken);
                List<UserInfo> answered = [.. reply.UserInfoList.Where(user => left.Remove(user.UserId))];
                if (answered.Count == 0)
                    break;
                users.AddRange(answered);
            }
        }

        return users;
    }

    /// <summary>All departments, deleted ones included; asks as often as it takes when one answer cannot hold them.</summary>
    public async Task<IReadOnlyList<DepartInfo>> GetDepartmentsAsync(CancellationToken cancellationToken)
    {
        var departments = new Dictionary<uint, DepartInfo>();
        for (uint asked = 0; ;)
        {
            var since = asked;
            var reply = await _connection.RequestAsync(
                Command.DepartmentReq,
                self => new IMDepartmentReq { UserId = self, LatestUpdateTime = since },
                Command.DepartmentRsp,
                IMDepartmentRsp.Parser,
                cancellationToken);

            foreach (var department in reply.DeptList)
                departments[department.DeptId] = department;
            if (reply.LatestUpdateTime <= asked)
                return [.. departments.Values];
            asked = reply.LatestUpdateTime;
        }
    }

    /// <summary>Which of some users have a PC client online; one answer per id, in the same order. Asks as often as it takes.</summary>
    public async Task<IReadOnlyList<UserStat>> GetStatusAsync(IEnumerable<uint> ids, CancellationToken cancellationToken)
    {
        List<UserStat> states = [];
        foreach (var some in ids.Chunk(MaxIdsPerRequest))
        {
            var reply = await _connection.RequestAsync(
                Command.UsersStatReq,
                self => new IMUsersStatReq { UserId = self, UserIdList = { some } },
                Command.UsersStatRsp,
                IMUsersStatRsp.Parser,
                cancellationToken);
            states.AddRange(reply.UserStatList);
        }

        return states;
    }

    /// <summary>Sets the user's own signature, the line under his name; everybody is told.</summary>
    /// <param name="signature">At most 128 bytes of UTF-8; servers cut or refuse what is longer. Empty takes it away.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The signature as it was stored.</returns>
    /// <exception cref="RequestRefusedException">The server will not have it.</exception>
    public async Task<string> SetSignatureAsync(string signature, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(signature);
        var reply = await _connection.RequestAsync(
            Command.ChangeSignInfoReq,
            self => new IMChangeSignInfoReq { UserId = self, SignInfo = signature },
            Command.ChangeSignInfoRsp,
            IMChangeSignInfoRsp.Parser,
            cancellationToken);
        Insist(reply.ResultCode, "set the signature");
        return reply.HasSignInfo ? reply.SignInfo : signature;
    }

    /// <summary>Sets the user's own picture; everybody is told.</summary>
    /// <param name="url">Absolute, or relative to the picture store; empty for the default picture.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="RequestRefusedException">The server will not have it.</exception>
    public async Task SetAvatarAsync(string url, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(url);
        var reply = await _connection.RequestAsync(
            Command.ChangeAvatarReq,
            self => new IMChangeAvatarReq { UserId = self, AvatarUrl = url },
            Command.ChangeAvatarRsp,
            IMChangeAvatarRsp.Parser,
            cancellationToken);
        Insist(reply.ResultCode, "set the picture");
    }
}
