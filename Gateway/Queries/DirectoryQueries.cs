using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using BrokerIm.Gateway.Commands;
using BrokerIm.Gateway.Sessions;

namespace BrokerIm.Gateway.Queries;

/// <summary>Users and departments (protocol chapter 04 sections 2, 3 and 6).</summary>
internal sealed class DirectoryQueries(IUserDirectory directory, QueryDeadline deadline) : ICommandModule
{
    // Of the smallest possible profiles no more fit into a frame.
    private const int MaxIds = 10_000;

    public void Register(CommandTable table)
    {
        table.Map<IMAllUserReq>(Command.AllUserReq, AnswerAllUsersAsync);
        table.Map<IMUsersInfoReq>(Command.UsersInfoReq, AnswerUsersAsync);
        table.Map<IMDepartmentReq>(Command.DepartmentReq, AnswerDepartmentsAsync);
    }

    private async ValueTask AnswerAllUsersAsync(
        Session session, FrameHeader header, IMAllUserReq request, CancellationToken cancellationToken)
    {
        // Only Android throws a longer frame away.
        var list = new UserList(directory, strict: session.Client == ClientType.Android);
        var users = await deadline.AskAsync(token => list.ReadAsync(request.LatestUpdateTime, token), cancellationToken);

        var reply = new IMAllUserRsp
        {
            UserId = session.User.Value,
            LatestUpdateTime = LatestOf(users, user => user.Profile.UpdatedSeconds, request.LatestUpdateTime),
        };
        reply.UserList.Add(users.Select(user => user.Info));
        session.Send(Command.AllUserRsp, header.Sequence, reply);
    }

    private async ValueTask AnswerUsersAsync(
        Session session, FrameHeader header, IMUsersInfoReq request, CancellationToken cancellationToken)
    {
        List<UserId> ids = [.. request.UserIdList.Select(id => new UserId(id)).Where(id => id.IsValid).Distinct().Take(MaxIds)];
        var reply = new IMUsersInfoRsp { UserId = session.User.Value };
        if (ids.Count > 0)
        {
            var profiles = await deadline.AskAsync(token => directory.GetAsync(ids, token), cancellationToken);
            var known = profiles.ToDictionary(profile => profile.Id);
            var budget = new ReplyBudget(ReplyBudget.ListBytes);
            foreach (var id in ids)
            {
                if (!known.TryGetValue(id, out var profile))
                    continue;
                var info = profile.ToWire();
                if (!budget.TryTake(info))
                    break;
                reply.UserInfoList.Add(info);
            }
        }

        session.Send(Command.UsersInfoRsp, header.Sequence, reply);
    }

    private async ValueTask AnswerDepartmentsAsync(
        Session session, FrameHeader header, IMDepartmentReq request, CancellationToken cancellationToken)
    {
        var changed = await deadline.AskAsync(
            token => directory.ListDepartmentsAsync(request.LatestUpdateTime, token), cancellationToken);

        var list = new ChangedSince<(Department Department, DepartInfo Info)>(
            one => one.Department.UpdatedSeconds,
            one => ReplyBudget.SizeOf(one.Info),
            ReplyBudget.ListBytes,
            strict: session.Client == ClientType.Android);
        list.Add([.. changed.Select(department => (department, InfoOf(department)))]);

        var reply = new IMDepartmentRsp
        {
            UserId = session.User.Value,
            LatestUpdateTime = LatestOf(list.Selected, one => one.Department.UpdatedSeconds, request.LatestUpdateTime),
        };
        reply.DeptList.Add(list.Selected.Select(one => one.Info));
        session.Send(Command.DepartmentRsp, header.Sequence, reply);
    }

    private static uint LatestOf<T>(IReadOnlyList<T> selected, Func<T, long> secondOf, uint asked) =>
        selected.Count == 0 ? asked : Math.Max(asked, (uint)secondOf(selected[^1]));

    private static DepartInfo InfoOf(Department department) => new()
    {
        DeptId = department.Id,
        Priority = department.Priority,
        DeptName = department.Name,
        ParentDeptId = department.ParentId,
        DeptStatus = department.Deleted ? DepartmentStatusType.Deleted : DepartmentStatusType.Ok,
    };
}
