using BrokerIm.Client;
using BrokerIm.Contracts.Wire;
using BrokerIm.Tests.Support;
using Google.Protobuf.WellKnownTypes;

namespace BrokerIm.Tests.Unit.Client;

/// <summary>Profiles, presence, devices and client-to-client commands.</summary>
public sealed class ImClientProfileTests
{
    private const uint Bob = 1002;
    private const uint Self = ScriptedServer.Self;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Signature_and_picture_are_set_or_refused()
    {
        await using var server = new ScriptedServer();
        await using var client = await ImClient.ConnectAsync(server.Options(), Stop).Soon();
        var signing = client.SetSignatureAsync("away until Monday", Stop);
        await server.AnswerAsync(
            Command.ChangeSignInfoReq, IMChangeSignInfoReq.Parser, Command.ChangeSignInfoRsp,
            request => new IMChangeSignInfoRsp { UserId = Self, ResultCode = 0, SignInfo = request.SignInfo[..4] });
        Assert.Equal("away", await signing.Soon());

        var refused = client.SetSignatureAsync("no", Stop);
        await server.AnswerAsync(
            Command.ChangeSignInfoReq, IMChangeSignInfoReq.Parser, Command.ChangeSignInfoRsp,
            _ => new IMChangeSignInfoRsp { UserId = Self, ResultCode = 1 });
        await Assert.ThrowsAsync<RequestRefusedException>(() => refused.Soon());

        foreach (var result in new[] { 0u, 1u })
        {
            var picturing = client.SetAvatarAsync("a.png", Stop);
            var request = await server.AnswerAsync(
                Command.ChangeAvatarReq, IMChangeAvatarReq.Parser, Command.ChangeAvatarRsp,
                _ => new IMChangeAvatarRsp { UserId = Self, ResultCode = result });
            Assert.Equal("a.png", request.AvatarUrl);
            if (result == 0)
                await picturing.Soon();
            else
                await Assert.ThrowsAsync<RequestRefusedException>(() => picturing.Soon());
        }
    }

    [Fact]
    public async Task Push_shield_and_device_token_are_set()
    {
        await using var server = new ScriptedServer();
        await using var client = await ImClient.ConnectAsync(server.Options(), Stop).Soon();
        var setting = client.SetPushShieldAsync(isOn: true, Stop);
        var set = await server.AnswerAsync(
            Command.PushShieldReq, IMPushShieldReq.Parser, Command.PushShieldRsp,
            request => new IMPushShieldRsp { UserId = Self, ResultCode = 0, ShieldStatus = request.ShieldStatus });
        Assert.Equal(1u, set.ShieldStatus);
        await setting.Soon();

        foreach (var (status, result) in new[] { (1u, 0u), (0u, 0u), (0u, 1u) })
        {
            var asking = client.GetPushShieldAsync(Stop);
            await server.AnswerAsync(
                Command.QueryPushShieldReq, IMQueryPushShieldReq.Parser, Command.QueryPushShieldRsp,
                _ => new IMQueryPushShieldRsp { UserId = Self, ResultCode = result, ShieldStatus = status });
            if (result == 0)
                Assert.Equal(status == 1, await asking.Soon());
            else
                await Assert.ThrowsAsync<RequestRefusedException>(() => asking.Soon());
        }

        // As servers answer it: an empty body, without the required field.
        var token = client.SetDeviceTokenAsync("abcd", Stop);
        var sent = await server.AnswerAsync(
            Command.DeviceTokenReq, IMDeviceTokenReq.Parser, Command.DeviceTokenRsp, _ => new Empty());
        Assert.Equal(("abcd", ClientType.Windows), (sent.DeviceToken, sent.ClientType));
        await token.Soon();
    }

    [Fact]
    public async Task Presence_of_many_users_is_asked_in_parts_and_answered_in_order()
    {
        await using var server = new ScriptedServer();
        await using var client = await ImClient.ConnectAsync(server.Options(), Stop).Soon();
        uint[] ids = [.. Enumerable.Range(1, 2_500).Reverse().Select(id => (uint)id)];
        Assert.Equal(ids, (await client.GetStatusAsync(ids, Stop).Soon()).Select(status => status.UserId));
        Assert.Empty(await client.GetStatusAsync([], Stop).Soon());
    }

    [Fact]
    public async Task Profiles_and_departments_that_do_not_fit_into_one_answer_are_asked_for_again()
    {
        await using var server = new ScriptedServer();
        await using var client = await ImClient.ConnectAsync(server.Options(), Stop).Soon();
        var profiles = client.GetUsersAsync([1, 2, 77, 1], Stop);
        foreach (var answered in new uint[] { 1, 2, 0 })
        {
            await server.AnswerAsync(Command.UsersInfoReq, IMUsersInfoReq.Parser, Command.UsersInfoRsp, request =>
            {
                Assert.DoesNotContain(request.UserIdList, id => id < answered);
                var reply = new IMUsersInfoRsp { UserId = Self };
                if (answered > 0)
                    reply.UserInfoList.Add(User(answered));
                return reply;
            });
        }

        Assert.Equal([1u, 2u], (await profiles.Soon()).Select(user => user.UserId));

        var departments = client.GetDepartmentsAsync(Stop);
        foreach (var until in new uint[] { 10, 20, 20 })
        {
            await server.AnswerAsync(Command.DepartmentReq, IMDepartmentReq.Parser, Command.DepartmentRsp, request =>
            {
                var reply = new IMDepartmentRsp { UserId = Self, LatestUpdateTime = until };
                if (request.LatestUpdateTime < until)
                    reply.DeptList.Add(Department(until));
                return reply;
            });
        }

        Assert.Equal([10u, 20u], (await departments.Soon()).Select(department => department.DeptId));
    }

    [Fact]
    public async Task Commands_between_clients_go_out_and_come_in()
    {
        await using var server = new ScriptedServer();
        await using var client = await ImClient.ConnectAsync(server.Options(), Stop).Soon();
        var connection = await server.Logins.NextAsync();
        client.ShowTyping(Bob, isTyping: true);
        Assert.Equal((Self, Bob, P2PCommand.Writing.ToJson()), await SaidAsync(server));
        client.ShowTyping(Bob, isTyping: false);
        Assert.Equal((Self, Bob, P2PCommand.StoppedWriting.ToJson()), await SaidAsync(server));
        await client.SendP2PAsync(Bob, P2PCommand.ShakeWindow, Stop).Soon();
        Assert.Equal((Self, Bob, P2PCommand.ShakeWindow.ToJson()), await SaidAsync(server));

        Say(connection, Bob, Self, P2PCommand.Writing.ToJson());
        Assert.Equal(new UserTyping(Bob, IsTyping: true), await client.NextAsync<UserTyping>());
        Say(connection, Bob, Self, P2PCommand.StoppedWriting.ToJson());
        Assert.Equal(new UserTyping(Bob, IsTyping: false), await client.NextAsync<UserTyping>());
        Say(connection, Bob, Self, P2PCommand.ShakeWindow.ToJson());
        Assert.Equal(P2PCommand.ShakeWindow, (await client.NextAsync<P2PReceived>()).Command);
        Say(connection, Bob, Self, "something else");
        Assert.Equal(("something else", null), (await client.NextAsync<P2PReceived>()) switch { var said => (said.Data, said.Command) });

        // The user himself, on another device.
        Say(connection, Self, Bob, P2PCommand.Writing.ToJson());
        Assert.Equal(new P2PReceived(Self, Bob, P2PCommand.Writing.ToJson()), await client.NextAsync<P2PReceived>());
    }

    [Fact]
    public async Task Changes_of_profiles_and_lists_arrive()
    {
        await using var server = new ScriptedServer();
        await using var client = await ImClient.ConnectAsync(server.Options(), Stop).Soon();
        var connection = await server.Logins.NextAsync();
        connection.Send(Command.SignInfoChangedNotify, 0, new IMSignInfoChangedNotify { ChangedUserId = Bob, SignInfo = "busy" });
        Assert.Equal(new SignatureChanged(Bob, "busy"), await client.NextAsync<SignatureChanged>());
        connection.Send(Command.AvatarChangedNotify, 0, new IMAvatarChangedNotify { ChangedUserId = Bob, AvatarUrl = "b.png" });
        Assert.Equal(new AvatarChanged(Bob, "b.png"), await client.NextAsync<AvatarChanged>());
        connection.Send(Command.RemoveSessionNotify, 0, new IMRemoveSessionNotify
        {
            UserId = Self, SessionType = SessionType.Single, SessionId = Bob,
        });
        Assert.Equal(new SessionRemoved(Bob), await client.NextAsync<SessionRemoved>());
    }

    private static async Task<(uint From, uint To, string Data)> SaidAsync(ScriptedServer server)
    {
        var said = (await server.Others.NextAsync()).Parse(IMP2PCmdMsg.Parser);
        return (said.FromUserId, said.ToUserId, said.CmdMsgData);
    }

    private static void Say(ScriptedConnection connection, uint from, uint to, string data) => connection.Send(
        Command.P2PCmdMsg, 0, new IMP2PCmdMsg { FromUserId = from, ToUserId = to, CmdMsgData = data });

    private static UserInfo User(uint id) => new()
    {
        UserId = id, UserGender = 0, UserNickName = "", AvatarUrl = "", DepartmentId = 0, Email = "",
        UserRealName = $"user{id}", UserTel = "", UserDomain = "", Status = 0,
    };

    private static DepartInfo Department(uint id) => new()
    {
        DeptId = id, Priority = 0, DeptName = "", ParentDeptId = 0, DeptStatus = DepartmentStatusType.Ok,
    };
}
