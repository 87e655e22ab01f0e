using BrokerIm.Contracts.Wire;
using BrokerIm.Core;
using BrokerIm.Core.Ports;
using BrokerIm.Gateway;
using BrokerIm.Gateway.Queries;
using BrokerIm.Tests.Support;
using Microsoft.Extensions.Options;

namespace BrokerIm.Tests.Unit.Gateway.Queries;

public sealed class DirectoryQueriesTests : IDisposable
{
    private const uint HasLeft = 3;

    private readonly InMemoryUsers _users = new();
    private readonly QueryRig _rig;
    private readonly TestSession _android = TestSession.LoggedIn(new(1), client: ClientType.Android);
    private readonly TestSession _windows = TestSession.LoggedIn(new(2), client: ClientType.Windows);

    public DirectoryQueriesTests() => _rig = new(
        new DirectoryQueries(_users, new QueryDeadline(Options.Create(new GatewayOptions()), TimeProvider.System)));

    public void Dispose() => _rig.Dispose();

    [Fact]
    public async Task First_question_brings_everybody_who_has_not_left()
    {
        _users.Add(11, updated: 100);
        _users.Add(12, updated: 90, status: HasLeft);
        _users.Add(13, updated: 80, status: 2);

        var reply = await AllUsersAsync(_android, 0);

        Assert.Equal([13u, 11], reply.UserList.Select(user => user.UserId));
        Assert.Equal((1u, 100u), (reply.UserId, reply.LatestUpdateTime));
    }

    [Fact]
    public async Task Later_question_is_inclusive_and_brings_leavers_too()
    {
        _users.Add(11, updated: 99);
        _users.Add(12, updated: 100, status: HasLeft);
        _users.Add(13, updated: 101);

        var reply = await AllUsersAsync(_android, 100);

        Assert.Equal([12u, 13], reply.UserList.Select(user => user.UserId));
        Assert.Equal(101u, reply.LatestUpdateTime);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(500)]
    public async Task Time_of_an_empty_reply_is_the_one_asked_with(uint since)
    {
        _users.Add(12, updated: 100, status: HasLeft);

        var reply = await AllUsersAsync(_android, since);

        Assert.Empty(reply.UserList);
        Assert.Equal(since, reply.LatestUpdateTime);
    }

    [Fact]
    public async Task Large_company_comes_in_several_questions_without_a_hole()
    {
        // About 200 bytes each, thirteen to a second: ten thousand take several frames.
        for (var id = 10u; id < 10_010; id++)
            _users.Add(id, updated: 1_000 + (id / 13), nick: new string('n', 150));

        var seen = new HashSet<uint>();
        var since = 0u;
        var questions = 0;
        while (seen.Count < 10_000)
        {
            var reply = await AllUsersAsync(_android, since);
            Assert.True(reply.LatestUpdateTime > since);
            seen.UnionWith(reply.UserList.Select(user => user.UserId));
            since = reply.LatestUpdateTime;
            questions++;
        }

        Assert.InRange(questions, 4, 8);
    }

    [Fact]
    public async Task Leavers_who_fill_the_first_pages_do_not_hide_the_others()
    {
        for (var id = 10u; id < 3_010; id++)
            _users.Add(id, updated: id, status: HasLeft);
        _users.Add(5, updated: 9_000);

        Assert.Equal(5u, Assert.Single((await AllUsersAsync(_android, 0)).UserList).UserId);
    }

    [Fact]
    public async Task Import_of_a_large_company_in_one_second_stays_together_for_clients_without_a_limit()
    {
        for (var id = 10u; id < 5_010; id++)
            _users.Add(id, updated: 77, nick: new string('n', 150));

        var whole = await AllUsersAsync(_windows, 0);
        var part = await AllUsersAsync(_android, 0);

        Assert.Equal((5_000, 77u), (whole.UserList.Count, whole.LatestUpdateTime));
        Assert.InRange(part.UserList.Count, 1_000, 4_999);
    }

    [Fact]
    public async Task Profiles_come_as_asked_whatever_the_status_and_unknown_ones_not_at_all()
    {
        _users.Add(11);
        _users.Add(12, status: HasLeft);

        var reply = await UsersAsync(12, 99, 11, 12, 0, uint.MaxValue);

        Assert.Equal([12u, 11], reply.UserInfoList.Select(user => user.UserId));
    }

    [Fact]
    public async Task No_ids_bring_an_empty_reply()
    {
        Assert.Empty((await UsersAsync()).UserInfoList);
        Assert.Equal(0, _users.Questions);
    }

    [Fact]
    public async Task Profiles_stop_where_the_frame_ends()
    {
        for (var id = 10u; id < 5_010; id++)
            _users.Add(id, nick: new string('n', 150));

        var reply = await UsersAsync([.. Enumerable.Range(10, 5_000).Select(id => (uint)id)]);

        Assert.InRange(reply.UserInfoList.Count, 1_000, 4_999);
        Assert.True(reply.CalculateSize() + FrameHeader.Size <= Limits.MaxClientFrameBytes);
    }

    [Fact]
    public async Task Departments_of_later_seconds_come_with_the_deleted_ones()
    {
        _users.Departments.Add(new(1, "root", 0, 1, Deleted: false, 100));
        _users.Departments.Add(new(2, "gone", 1, 2, Deleted: true, 102));
        _users.Departments.Add(new(3, "new", 1, 3, Deleted: false, 101));

        var reply = await DepartmentsAsync(100);

        Assert.Equal(102u, reply.LatestUpdateTime);
        Assert.Equal(
            [(3u, "new", 1u, 3u, DepartmentStatusType.Ok), (2u, "gone", 1u, 2u, DepartmentStatusType.Deleted)],
            reply.DeptList.Select(one => (one.DeptId, one.DeptName, one.ParentDeptId, one.Priority, one.DeptStatus)));
    }

    [Fact]
    public async Task No_later_departments_leave_the_time_as_it_was()
    {
        _users.Departments.Add(new(1, "root", 0, 1, Deleted: false, 100));

        var reply = await DepartmentsAsync(100);

        Assert.Empty(reply.DeptList);
        Assert.Equal(100u, reply.LatestUpdateTime);
    }

    [Fact]
    public async Task Directory_that_does_not_answer_means_no_answer()
    {
        _users.IsDown = true;

        await Assert.ThrowsAsync<DependencyUnavailableException>(() => AllUsersAsync(_android, 0));

        Assert.Empty(_android.Received());
    }

    private Task<IMAllUserRsp> AllUsersAsync(TestSession session, uint since) => _rig.AskAsync(
        session,
        Command.AllUserReq,
        new IMAllUserReq { UserId = 0, LatestUpdateTime = since },
        Command.AllUserRsp,
        IMAllUserRsp.Parser);

    private Task<IMUsersInfoRsp> UsersAsync(params uint[] ids) => _rig.AskAsync(
        _android, Command.UsersInfoReq, new IMUsersInfoReq { UserId = 0, UserIdList = { ids } }, Command.UsersInfoRsp, IMUsersInfoRsp.Parser);

    private Task<IMDepartmentRsp> DepartmentsAsync(uint since) => _rig.AskAsync(
        _android,
        Command.DepartmentReq,
        new IMDepartmentReq { UserId = 0, LatestUpdateTime = since },
        Command.DepartmentRsp,
        IMDepartmentRsp.Parser);
}
