using BrokerIm.Contracts.Records;
using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using BrokerIm.Gateway.Commands;
using BrokerIm.Gateway.Queries;
using BrokerIm.Gateway.Sessions;

namespace BrokerIm.Gateway.Groups;

/// <summary>A user's groups and what is in them (protocol chapter 05 sections 2 and 3).</summary>
internal sealed class GroupQueries(IGroupReader groups, QueryDeadline deadline) : ICommandModule
{
    // Of the smallest groups no more fit into a frame.
    private const int MaxGroups = 10_000;

    // An id takes five bytes and a tag at most.
    private const int MemberBytes = 6;

    public void Register(CommandTable table)
    {
        table.Map<IMNormalGroupListReq>(Command.NormalGroupListReq, AnswerListAsync);
        table.Map<IMGroupInfoListReq>(Command.GroupInfoListReq, AnswerInfoAsync);
    }

    private async ValueTask AnswerListAsync(
        Session session, FrameHeader header, IMNormalGroupListReq request, CancellationToken cancellationToken)
    {
        var reply = new IMNormalGroupListRsp { UserId = session.User.Value };
        var official = await deadline.AskAsync(token => OfficialAsync(session.User, token), cancellationToken);
        var budget = new ReplyBudget(ReplyBudget.ListBytes);
        foreach (var (group, facts) in official)
        {
            var version = new GroupVersionInfo { GroupId = group, Version = facts.Version };
            if (!budget.TryTake(version))
                break;
            reply.GroupVersionList.Add(version);
        }

        session.Send(Command.NormalGroupListRsp, header.Sequence, reply);
    }

    private async ValueTask AnswerInfoAsync(
        Session session, FrameHeader header, IMGroupInfoListReq request, CancellationToken cancellationToken)
    {
        var reply = new IMGroupInfoListRsp { UserId = session.User.Value };
        reply.GroupInfoList.Add(await deadline.AskAsync(
            token => InfosAsync(session.User, request.GroupVersionList, token), cancellationToken));
        session.Send(Command.GroupInfoListRsp, header.Sequence, reply);
    }

    /// <summary>Discussion groups are learnt from conversations and notifies instead.</summary>
    private async ValueTask<List<(uint Group, GroupFacts Facts)>> OfficialAsync(UserId user, CancellationToken cancellationToken)
    {
        List<uint> mine = [.. (await groups.GroupsOfAsync(user, cancellationToken)).Select(static one => one.Group)];
        var facts = await groups.GroupsAsync(mine, cancellationToken);
        var official = new List<(uint Group, GroupFacts Facts)>();
        for (var i = 0; i < mine.Count; i++)
        {
            if (facts[i] is { Type: (uint)GroupType.Normal } group)
                official.Add((mine[i], group));
        }

        official.Sort(static (one, other) => other.Facts.UpdatedMs.CompareTo(one.Facts.UpdatedMs));
        return official;
    }

    /// <summary>What the user's client does not have yet, of the groups he is a member of.</summary>
    private async ValueTask<List<GroupInfo>> InfosAsync(
        UserId user, IEnumerable<GroupVersionInfo> known, CancellationToken cancellationToken)
    {
        List<GroupVersionInfo> asked =
        [
            .. known.Where(static one => ConversationId.Group(one.GroupId).IsValid).DistinctBy(static one => one.GroupId).Take(MaxGroups),
        ];
        var memberships = await groups.MembershipsAsync([.. asked.Select(one => (one.GroupId, user))], cancellationToken);
        var facts = await groups.GroupsAsync([.. asked.Select(static one => one.GroupId)], cancellationToken);

        var infos = new List<GroupInfo>();
        var left = ReplyBudget.ListBytes;
        for (var i = 0; i < asked.Count; i++)
        {
            if (memberships[i] is not { IsOpen: true } membership || facts[i] is not { } group || group.Version <= asked[i].Version)
                continue;

            var info = InfoOf(asked[i].GroupId, group, membership);
            left -= ReplyBudget.SizeOf(info) + MemberBytes;
            if (left < 0)
                break;

            // Of a group too large for a frame the client sees as many members as fit.
            var members = await groups.MembersAsync(asked[i].GroupId, cancellationToken);
            info.GroupMemberList.Add(members.Where(static member => member.IsOpen).Select(static member => member.User.Value)
                .Take(left / MemberBytes));
            left -= info.GroupMemberList.Count * MemberBytes;
            infos.Add(info);
        }

        return infos;
    }

    private static GroupInfo InfoOf(uint group, GroupFacts facts, Membership membership) => new()
    {
        GroupId = group,
        Version = facts.Version,
        GroupName = facts.Name,
        GroupAvatar = facts.Avatar,
        GroupCreatorId = facts.Creator,
        GroupType = (GroupType)facts.Type,
        ShieldStatus = membership.Shielded ? 1u : 0,
    };
}
