using BrokerIm.Contracts.Wire;

namespace BrokerIm.Client;

// Groups and their members (protocol chapter 05). What is said in them goes as everywhere, to Peer.Group.
public sealed partial class ImClient
{
    /// <summary>Makes a discussion group. The user himself becomes a member whether he is named or not.</summary>
    /// <param name="name">Its name; not empty.</param>
    /// <param name="members">At least one; unknown ids are left out.</param>
    /// <param name="avatar">Its picture; empty for the default one.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="RequestRefusedException">The server will not make it.</exception>
    /// <exception cref="ImConnectionException">The connection ended before the answer; the group may have been made.</exception>
    public async Task<GroupChange> CreateGroupAsync(
        string name, IEnumerable<uint> members, string avatar, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(avatar);
        uint[] others = [.. members];
        var reply = await _connection.RequestOnceAsync(
            Command.GroupCreateReq,
            self => new IMGroupCreateReq
            {
                UserId = self,
                GroupType = GroupType.Temporary,
                GroupName = name,
                GroupAvatar = avatar,

                // The original does not add the creator.
                MemberIdList = { others.Prepend(self).Distinct() },
            },
            Command.GroupCreateRsp,
            IMGroupCreateRsp.Parser,
            cancellationToken);
        Insist(reply.ResultCode, $"make the group '{name}'");
        return new(reply.GroupId, reply.UserIdList, reply.UserIdList);
    }

    /// <summary>Adds members. They see what is said from now on.</summary>
    /// <exception cref="RequestRefusedException">Not allowed, no such group, or all of them are members already.</exception>
    /// <exception cref="ImConnectionException">The connection ended before the answer; they may have been added.</exception>
    public Task<GroupChange> AddMembersAsync(uint group, IEnumerable<uint> members, CancellationToken cancellationToken) =>
        ChangeMembersAsync(group, GroupModifyType.Add, members, cancellationToken);

    /// <summary>Removes members, which only the creator of a group may.</summary>
    /// <exception cref="RequestRefusedException">Not allowed, or no such group.</exception>
    /// <exception cref="ImConnectionException">The connection ended before the answer; they may have been removed.</exception>
    public Task<GroupChange> RemoveMembersAsync(uint group, IEnumerable<uint> members, CancellationToken cancellationToken) =>
        ChangeMembersAsync(group, GroupModifyType.Delete, members, cancellationToken);

    /// <summary>
    /// The official groups the user is in, last changed first. Discussion groups are not listed: they are learnt from recent
    /// conversations and from <see cref="GroupMembersChanged"/>.
    /// </summary>
    public async Task<IReadOnlyList<GroupVersionInfo>> GetGroupsAsync(CancellationToken cancellationToken)
    {
        var reply = await _connection.RequestAsync(
            Command.NormalGroupListReq,
            self => new IMNormalGroupListReq { UserId = self },
            Command.NormalGroupListRsp,
            IMNormalGroupListRsp.Parser,
            cancellationToken);
        return reply.GroupVersionList;
    }

    /// <summary>
    /// What is new about some groups, in any order: those that have a higher version than the one given. Unknown groups and those
    /// the user is not in are left out. Asks as often as it takes.
    /// </summary>
    /// <param name="known">Groups and what is known of them; version 0 when nothing is.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<IReadOnlyList<GroupInfo>> GetGroupInfoAsync(
        IEnumerable<GroupVersionInfo> known, CancellationToken cancellationToken)
    {
        // An answer that is full leaves the rest out, as it does those without news; an empty one says that only they are left.
        List<GroupInfo> infos = [];
        foreach (var some in known.DistinctBy(group => group.GroupId).Chunk(MaxIdsPerRequest))
        {
            var left = some.ToDictionary(group => group.GroupId);
            while (left.Count > 0)
            {
                var reply = await _connection.RequestAsync(
                    Command.GroupInfoListReq,
                    self => new IMGroupInfoListReq { UserId = self, GroupVersionList = { left.Values } },
                    Command.GroupInfoListRsp,
                    IMGroupInfoListRsp.Parser,
                    cancellationToken);
                List<GroupInfo> answered = [.. reply.GroupInfoList.Where(info => left.Remove(info.GroupId))];
                if (answered.Count == 0)
                    break;
                infos.AddRange(answered);
            }
        }

        return infos;
    }

    /// <summary>A group and its members; null when there is none or the user is not in it.</summary>
    public async Task<GroupInfo?> GetGroupInfoAsync(uint group, CancellationToken cancellationToken)
    {
        var infos = await GetGroupInfoAsync([new() { GroupId = group, Version = 0 }], cancellationToken);
        return infos is [var info] ? info : null;
    }

    /// <summary>Holds the pushes of a group back from the user's mobile devices, or no longer.</summary>
    /// <exception cref="RequestRefusedException">The user is not in the group.</exception>
    public async Task ShieldGroupAsync(uint group, bool isOn, CancellationToken cancellationToken)
    {
        var reply = await _connection.RequestAsync(
            Command.GroupShieldReq,
            self => new IMGroupShieldReq { UserId = self, GroupId = group, ShieldStatus = isOn ? 1u : 0 },
            Command.GroupShieldRsp,
            IMGroupShieldRsp.Parser,
            cancellationToken);
        Insist(reply.ResultCode, $"shield group {group}");
    }

    private async Task<GroupChange> ChangeMembersAsync(
        uint group, GroupModifyType change, IEnumerable<uint> members, CancellationToken cancellationToken)
    {
        uint[] whom = [.. members];
        var reply = await _connection.RequestOnceAsync(
            Command.GroupChangeMemberReq,
            self => new IMGroupChangeMemberReq { UserId = self, ChangeType = change, GroupId = group, MemberIdList = { whom } },
            Command.GroupChangeMemberRsp,
            IMGroupChangeMemberRsp.Parser,
            cancellationToken);
        Insist(reply.ResultCode, change == GroupModifyType.Add ? $"add to group {group}" : $"remove from group {group}");
        return new(reply.GroupId, reply.ChgUserIdList, reply.CurUserIdList);
    }
}
