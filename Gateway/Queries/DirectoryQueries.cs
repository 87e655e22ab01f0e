using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using BrokerIm.Gateway.Commands;
using BrokerIm.Gateway.Delivery;
using BrokerIm.Gateway.Sessions;
using Google.Protobuf;

namespace BrokerIm.Gateway.Queries;

/// <summary>Users and departments (protocol chapter 04 sections 2, 3 and 6).</summary>
internal sealed class DirectoryQueries : ICommandModule
{
    // Of the smallest possible profiles no more fit into a frame.
    private const int MaxIds = 10_000;

    // A tag and an id.
    private const int OwnBytes = 8;

    private readonly IUserDirectory _directory;
    private readonly QueryDeadline _deadline;

    // When everybody comes at once, everybody asks for everybody: read and encoded once for all who wait.
    private readonly SharedAnswer<(uint Since, bool Strict), byte[]> _allUsers;

    public DirectoryQueries(IUserDirectory directory, QueryDeadline deadline)
    {
        (_directory, _deadline) = (directory, deadline);
        _allUsers = new((asked, token) => deadline.AskAsync(each => ReadAllUsersAsync(asked.Since, asked.Strict, each), token));
    }

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
        var strict = session.Client == ClientType.Android;
        var shared = await _allUsers.AskAsync((request.LatestUpdateTime, strict), cancellationToken);
        Send(session, header.Sequence, shared);
    }

    /// <summary>What all who ask for the same get: the answer without its first field, the user it goes to.</summary>
    private async ValueTask<byte[]> ReadAllUsersAsync(uint since, bool strict, CancellationToken cancellationToken)
    {
        var users = await new UserList(_directory, strict).ReadAsync(since, cancellationToken);
        var reply = new IMAllUserRsp { LatestUpdateTime = LatestOf(users, user => user.Profile.UpdatedSeconds, since) };
        reply.UserList.Add(users.Select(user => user.Info));
        return reply.ToByteArray();
    }

    private static void Send(Session session, ushort sequence, byte[] shared)
    {
        Span<byte> start = stackalloc byte[FrameHeader.Size + OwnBytes];
        var own = new BodyWriter(start[FrameHeader.Size..]);
        own.Number(IMAllUserRsp.UserIdFieldNumber, session.User.Value);
        FrameHeader.For(Command.AllUserRsp, own.Length + shared.Length, sequence).Write(start);
        session.WriteParts(start[..(FrameHeader.Size + own.Length)], shared);
        session.Flush();
    }

    private async ValueTask AnswerUsersAsync(
        Session session, FrameHeader header, IMUsersInfoReq request, CancellationToken cancellationToken)
    {
        List<UserId> ids = [.. request.UserIdList.Select(id => new UserId(id)).Where(id => id.IsValid).Distinct().Take(MaxIds)];
        var reply = new IMUsersInfoRsp { UserId = session.User.Value };
        if (ids.Count > 0)
        {
            var profiles = await _deadline.AskAsync(token => _directory.GetAsync(ids, token), cancellationToken);
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
        var changed = await _deadline.AskAsync(
            token => _directory.ListDepartmentsAsync(request.LatestUpdateTime, token), cancellationToken);

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
