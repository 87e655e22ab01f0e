using BrokerIm.Contracts.Wire;
using BrokerIm.Tests.Flow.Support;
using BrokerIm.Tests.Support;

namespace BrokerIm.Tests.Flow.Hostile;

/// <summary>Logins and logouts that no client makes, and what clients say of themselves.</summary>
internal static class LoginRows
{
    public static readonly HostileRow[] All =
    [
        HostileRow.User("54 a second login on one connection", async (server, client) =>
        {
            await client.SendAsync(Command.LoginReq, 54, WireClient.LoginRequest("victim", ClientType.Android));
            Assert.Empty(await client.UntilEchoAsync());
            var shield = await client.AskAsync(
                Command.QueryPushShieldReq, new IMQueryPushShieldReq { UserId = server.Victim }, Command.QueryPushShieldRsp, IMQueryPushShieldRsp.Parser);
            Assert.Equal(server.Attacker, shield.UserId);
        }),
        HostileRow.User("56 commands behind a logout", async (server, client) =>
        {
            using var victim = await server.SufferAsync();
            await client.SendAsync(
            [
                .. FrameWriter.ToArray(Command.LogoutReq, 1, null),
                .. FrameWriter.ToArray(Command.P2PCmdMsg, 2, new IMP2PCmdMsg { FromUserId = 0, ToUserId = server.Victim, CmdMsgData = "{}" }),
                .. FrameWriter.ToArray(Command.UsersStatReq, 3, new IMUsersStatReq { UserId = 0, UserIdList = { 1 } }),
            ]);
            Assert.Equal([Command.LogoutRsp], (await client.ReadToEndAsync()).Select(static frame => frame.Header.Command));
            Assert.Empty(await victim.UntilEchoAsync());
        }),
        HostileRow.Closes("57 a name of 64 KiB", "frame_too_large", Login(new('x', 64 * 1024), Hash)),
        Refused("57 a name of 3 KiB", new('x', 3 * 1024), Hash),
        Refused("58 a name with quotes", "attacker'; DROP TABLE users; --", Hash),
        Refused("58 a name with percent and NUL", "attacker%00\0", Hash),
        Refused("59 a password that is no hash", "attacker", "123456"),
        Refused("60 no password", "attacker", ""),
        HostileRow.Closes("60 no name and no password, then no frame", "login_refused", [.. Login("", ""), .. Raw.Length(0)]),
        Unparsable("61 client type 0x77", 0x77),
        Unparsable("61 client type 0", 0),
        Unparsable("61 client type -1", -1),
        HostileRow.User("81 a device token of 64 KiB", async (server, client) =>
        {
            var before = server.Rejected("device_token_size");
            await client.SendAsync(Command.DeviceTokenReq, 81, new IMDeviceTokenReq { UserId = 0, DeviceToken = new('t', 64 * 1024) });
            Assert.Empty(await client.UntilEchoAsync());
            Assert.Equal(before + 1, server.Rejected("device_token_size"));
        }),
        Avatar("82 a picture that is a script", "javascript:alert(1)"),
        Avatar("82 a picture that is a script, hidden", " \tJavaScript:alert(1)"),
        Avatar("82 a picture of data", "data:text/html,<script>"),
        Avatar("82 a picture from the disk", "file:///etc/passwd"),
        Avatar("82 a picture with a line end", "g0/a.png\r\nX: y"),
        Avatar("82 a picture of 10 KiB", new('p', 10 * 1024)),
        new("84 a PC sends the PC away", async server =>
        {
            using var pc = await server.AttackAsync(ClientType.Windows);
            await pc.SendAsync(Command.KickPCClientReq, 84, new IMKickPCClientReq { UserId = server.Victim });
            Assert.Empty(await pc.PendingAsync());
            Assert.Empty(await pc.PendingAsync());
        }),
        HostileRow.User("85 sequences 0, 1, 32767 and 65535", async (_, client) =>
        {
            foreach (var sequence in new ushort[] { 0, 32_767, 1, 65_535 })
            {
                await client.SendAsync(Command.ClientTimeReq, sequence);
                await client.ReceiveAsync(Command.ClientTimeRsp, IMClientTimeRsp.Parser, sequence);
            }
        }),
    ];

    private static string Hash => Core.Security.PasswordRecord.ClientText("wrong");

    private static byte[] Login(string name, string password, int client = (int)ClientType.Android) => FrameWriter.ToArray(Command.LoginReq, 1, new IMLoginReq
    {
        UserName = name, Password = password, OnlineStatus = UserStatType.Online, ClientType = (ClientType)client,
    });

    private static HostileRow Refused(string name, string user, string password) => new(name, async server =>
    {
        using var client = await server.ConnectAsync();
        var before = server.Closed("login_refused");
        await client.SendAsync(Login(user, password));
        var answer = await client.ReceiveAsync(Command.LoginRes, IMLoginRes.Parser, sequence: 1);
        Assert.NotEqual(ResultType.Ok, answer.ResultCode);
        Assert.Null(answer.UserInfo);
        await client.ExpectClosedAsync();
        await Eventually.HoldsAsync(() => server.Closed("login_refused") == before + 1);
    });

    private static HostileRow Unparsable(string name, int type) => new(name, async server =>
    {
        using var client = await server.ConnectAsync();
        var before = server.Rejected("unparsable");
        await client.SendAsync(Login("attacker", Core.Security.PasswordRecord.ClientText(TestCluster.Password), type));
        await client.ExpectNothingYetAsync();
        Assert.Equal(before + 1, server.Rejected("unparsable"));
    });

    private static HostileRow Avatar(string name, string url) => HostileRow.User(name, async (server, client) =>
    {
        var changed = await client.AskAsync(
            Command.ChangeAvatarReq, new IMChangeAvatarReq { UserId = 0, AvatarUrl = url }, Command.ChangeAvatarRsp, IMChangeAvatarRsp.Parser);
        Assert.Equal(1u, changed.ResultCode);
        var group = await client.AskAsync(
            Command.GroupCreateReq,
            new IMGroupCreateReq { UserId = 0, GroupType = GroupType.Temporary, GroupName = "g", GroupAvatar = url, MemberIdList = { server.Victim } },
            Command.GroupCreateRsp,
            IMGroupCreateRsp.Parser);
        Assert.Equal(1u, group.ResultCode);
    });
}
