using BrokerIm.Contracts.Wire;
using BrokerIm.Tests.Flow.Support;
using Google.Protobuf;

namespace BrokerIm.Tests.Flow.Hostile;

/// <summary>Questions and groups of a size that nobody needs.</summary>
internal static class QueryRows
{
    public static readonly HostileRow[] All =
    [
        HostileRow.User("75 four billion messages from anywhere", async (server, client) =>
        {
            foreach (var begin in new uint[] { 0, 1, 1_000_000, uint.MaxValue })
            {
                var page = await client.AskAsync(
                    Command.GetMsgListReq,
                    new IMGetMsgListReq
                    {
                        UserId = server.Victim, SessionType = SessionType.Single, SessionId = server.Victim, MsgIdBegin = begin, MsgCnt = uint.MaxValue,
                    },
                    Command.GetMsgListRsp,
                    IMGetMsgListRsp.Parser);
                Assert.InRange(page.MsgList.Count, 0, 200);
            }
        }),
        HostileRow.User("76 100,000 messages by their ids", async (server, client) =>
        {
            var before = server.Rejected("too_many_elements");
            await client.SendAsync(Raw.Frame(Command.GetMsgByIdReq, [.. ById(server.Victim), .. Raw.Field(4, Raw.Repeat(50_000, 0x80, 0x01, 0x01, 0x02))]));
            Assert.Empty(await client.UntilEchoAsync());
            Assert.Equal(before + 1, server.Rejected("too_many_elements"));
        }),
        HostileRow.User("76 60,000 messages by their ids", async (server, client) =>
        {
            await client.SendAsync(Raw.Frame(
                Command.GetMsgByIdReq, [.. ById(server.Victim), .. Raw.Field(4, Raw.Repeat(30_000, 0x01, 0x02))], sequence: 76));
            var answer = await client.NextAsync(Command.GetMsgByIdRsp, IMGetMsgByIdRsp.Parser, sequence: 76);
            Assert.InRange(answer.MsgList.Count, 0, 2);
        }),
        HostileRow.User("77 the status of 65,000 users", async (_, client) =>
        {
            await client.SendAsync(Raw.Frame(Command.UsersStatReq, [0x08, 0x01, .. Raw.Field(2, Raw.Repeat(65_000, 0x01))], sequence: 77));
            var answer = await client.NextAsync(Command.UsersStatRsp, IMUsersStatRsp.Parser, sequence: 77);
            Assert.InRange(answer.CalculateSize(), 1, Core.Limits.MaxClientFrameBytes - FrameHeader.Size);
        }),
        HostileRow.User("77 the profiles of 65,000 users", async (server, client) =>
        {
            var everybody = Enumerable.Range(1, 65_000).Select(static id => (uint)id);
            await client.SendAsync(Command.UsersInfoReq, 77, new IMUsersInfoReq { UserId = 1, UserIdList = { everybody } });
            var answer = await client.NextAsync(Command.UsersInfoRsp, IMUsersInfoRsp.Parser, sequence: 77);
            Assert.Contains(server.Victim, answer.UserInfoList.Select(static one => one.UserId));
        }),
        HostileRow.User("78 a group of 60,000 there are not", async (server, client) =>
        {
            var nobody = Enumerable.Range(1_000_000, 60_000).Select(static id => (uint)id);
            var created = await CreateAsync(client, "g", [server.Victim, server.Victim, 0, uint.MaxValue, .. nobody]);
            Assert.Equal(0u, created.ResultCode);
            Assert.Equal([server.Victim], created.UserIdList.Except([server.Attacker]));
            Assert.Equal(created.UserIdList.Distinct(), created.UserIdList);
        }),
        HostileRow.User("78 a group of nobody but who are not", async (_, client) =>
            Assert.Equal(1u, (await CreateAsync(client, "g", [0, 1_000_000, uint.MaxValue])).ResultCode)),
        HostileRow.User("79 a group with a name of 200 KiB", async (server, client) =>
            Assert.Equal(1u, (await CreateAsync(client, new('g', 200 * 1024), [server.Victim])).ResultCode)),
        HostileRow.ClosesUser("79 a group with a name of 1 MiB", "frame_too_large", FrameWriter.ToArray(Command.GroupCreateReq, 79, new IMGroupCreateReq
        {
            UserId = 0, GroupType = GroupType.Temporary, GroupName = new('g', 1 << 20), GroupAvatar = "", MemberIdList = { 1 },
        })),
        HostileRow.User("80 changes in groups there are not", async (server, client) =>
        {
            foreach (var group in new uint[] { 0, 999_999, 0x80000000, uint.MaxValue })
            {
                foreach (var change in new[] { GroupModifyType.Add, GroupModifyType.Delete })
                {
                    var changed = await client.AskAsync(
                        Command.GroupChangeMemberReq,
                        new IMGroupChangeMemberReq { UserId = 0, ChangeType = change, GroupId = group, MemberIdList = { server.Victim } },
                        Command.GroupChangeMemberRsp,
                        IMGroupChangeMemberRsp.Parser);
                    Assert.Equal(1u, changed.ResultCode);
                }
            }
        }),
        HostileRow.User("87 a thousand questions at once", async (server, client) =>
        {
            var question = FrameWriter.ToArray(Command.GetMsgListReq, 87, new IMGetMsgListReq
            {
                UserId = 0, SessionType = SessionType.Single, SessionId = server.Victim, MsgIdBegin = 0, MsgCnt = 100,
            });
            await client.SendAsync(Raw.Repeat(1_000, question));
            for (var answered = 0; answered < 1_000; answered++)
                await client.ReceiveAsync(Command.GetMsgListRsp, IMGetMsgListRsp.Parser, sequence: 87);
        }),
    ];

    private static byte[] ById(uint session) =>
        new IMGetMsgByIdReq { UserId = 0, SessionType = SessionType.Single, SessionId = session }.ToByteArray();

    private static Task<IMGroupCreateRsp> CreateAsync(WireClient client, string name, IEnumerable<uint> members) => client.AskAsync(
        Command.GroupCreateReq,
        new IMGroupCreateReq { UserId = 0, GroupType = GroupType.Temporary, GroupName = name, GroupAvatar = "", MemberIdList = { members } },
        Command.GroupCreateRsp,
        IMGroupCreateRsp.Parser);
}
