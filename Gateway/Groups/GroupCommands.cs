using BrokerIm.Contracts.Records;
using BrokerIm.Contracts.Wire;
using BrokerIm.Core;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using BrokerIm.Gateway.Commands;
using BrokerIm.Gateway.Directory;
using BrokerIm.Gateway.Inbound;
using BrokerIm.Gateway.Sessions;
using Microsoft.Extensions.Options;

namespace BrokerIm.Gateway.Groups;

/// <summary>
/// Commands that change groups (protocol chapter 05). What needs other facts than the group's own is decided here, before the log:
/// whether users exist, whether there is anything to do. Who may do it is decided by the fold, and the answer comes back from there.
/// </summary>
internal sealed class GroupCommands(
    InboundLanes lanes,
    KnownUsers users,
    GroupAccess access,
    IGroupReader groups,
    IGroupIds ids,
    QueryDeadline deadline,
    IOptions<GatewayOptions> options,
    TimeProvider time) : ICommandModule
{
    private const uint Failed = 1;

    // Storage chapter 09 section 1.3.
    private const int MaxNameLength = 256;
    private const int MaxAvatarLength = 256;

    public void Register(CommandTable table)
    {
        table.Map<IMGroupCreateReq>(Command.GroupCreateReq, CreateAsync);
        table.Map<IMGroupChangeMemberReq>(Command.GroupChangeMemberReq, ChangeAsync);
        table.Map<IMGroupShieldReq>(Command.GroupShieldReq, ShieldAsync);
    }

    private async ValueTask CreateAsync(
        Session session, FrameHeader header, IMGroupCreateReq request, CancellationToken cancellationToken)
    {
        // Official groups are made by operators; the original drops the request in silence (section 4).
        if (request.GroupType != GroupType.Temporary)
            return;

        var members = IsSensible(request) ? await users.ExistingAsync(request.MemberIdList, cancellationToken) : [];
        if (members.Count is 0 or > Limits.MaxGroupMembers)
        {
            session.Send(Command.GroupCreateRsp, header.Sequence, new IMGroupCreateRsp
            {
                UserId = session.User.Value,
                ResultCode = Failed,
                GroupName = request.GroupName,
            });
            return;
        }

        var sends = session.SendsFor(options.Value, time);
        var request16 = sends.MakeId(time.GetUtcNow().ToUnixTimeMilliseconds());
        var group = await deadline.AskAsync(
            token => ids.ReserveAsync(session.User.Value, request16, token), cancellationToken);
        var entry = Entry(session, header, EntryKind.GroupCreate, group);
        entry.ClientMessageId = request16.ToByteString();
        entry.Group = new() { Type = (uint)request.GroupType, Name = request.GroupName, Avatar = request.GroupAvatar };
        entry.Users.AddRange(members);
        await lanes.EnqueueAsync(session, sends, entry, cancellationToken);
    }

    private async ValueTask ChangeAsync(
        Session session, FrameHeader header, IMGroupChangeMemberReq request, CancellationToken cancellationToken)
    {
        var whom = request.ChangeType == GroupModifyType.Add
            ? await users.ExistingAsync(request.MemberIdList, cancellationToken)
            : [.. request.MemberIdList.Where(static user => new UserId(user).IsValid).Distinct()];
        if (whom.Count is 0 or > Limits.MaxGroupMembers || !await ExistsAsync(request.GroupId, cancellationToken))
        {
            session.Send(Command.GroupChangeMemberRsp, header.Sequence, new IMGroupChangeMemberRsp
            {
                UserId = session.User.Value,
                ChangeType = request.ChangeType,
                ResultCode = Failed,
                GroupId = request.GroupId,
            });
            return;
        }

        var kind = request.ChangeType == GroupModifyType.Add ? EntryKind.GroupAdd : EntryKind.GroupRemove;
        var entry = Entry(session, header, kind, request.GroupId);
        entry.Users.AddRange(whom);
        await lanes.EnqueueAsync(session, session.SendsFor(options.Value, time), entry, cancellationToken);
    }

    private async ValueTask ShieldAsync(
        Session session, FrameHeader header, IMGroupShieldReq request, CancellationToken cancellationToken)
    {
        if (await access.MembershipAsync(request.GroupId, session.User, cancellationToken) is null)
        {
            session.Send(Command.GroupShieldRsp, header.Sequence, new IMGroupShieldRsp
            {
                UserId = session.User.Value,
                GroupId = request.GroupId,
                ResultCode = Failed,
            });
            return;
        }

        var entry = Entry(session, header, EntryKind.GroupShield, request.GroupId);
        entry.Shield = request.ShieldStatus != 0;
        await lanes.EnqueueAsync(session, session.SendsFor(options.Value, time), entry, cancellationToken);
    }

    private static bool IsSensible(IMGroupCreateReq request) =>
        request.GroupName.Length is > 0 and <= MaxNameLength && request.GroupAvatar.Length <= MaxAvatarLength
        && AvatarUrl.IsAcceptable(request.GroupAvatar);

    // So that nobody fills the log with entries of groups that there are not.
    private async ValueTask<bool> ExistsAsync(uint group, CancellationToken cancellationToken)
    {
        if (!ConversationId.Group(group).IsValid)
            return false;

        var found = await deadline.AskAsync(token => groups.GroupsAsync([group], token), cancellationToken);
        return found[0] is { MemberCount: > 0 };
    }

    private InboundEntry Entry(Session session, FrameHeader header, EntryKind kind, uint group) => new()
    {
        Kind = kind,
        Relation = ConversationId.Group(group).Value,
        Sender = session.User.Value,
        StampMs = (ulong)time.GetUtcNow().ToUnixTimeMilliseconds(),
        Connection = session.Id,
        Sequence = header.Sequence,
    };
}
