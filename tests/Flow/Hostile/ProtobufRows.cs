using BrokerIm.Contracts.Wire;
using Google.Protobuf;

namespace BrokerIm.Tests.Flow.Hostile;

/// <summary>Whole frames whose bodies are broken, bloated or odd.</summary>
internal static class ProtobufRows
{
    private const ushort Stat = Command.UsersStatReq;

    public static readonly HostileRow[] All =
    [
        HostileRow.Ignores("36 nothing where fields are required", "unparsable", Raw.Frame(Stat, "")),
        HostileRow.Ignores("37 a number cut off", "unparsable", Raw.Frame(Stat, "08 80")),
        HostileRow.Ignores("38 a number of eleven bytes", "unparsable", Raw.Frame(Stat, "08 FFFFFFFFFFFFFFFFFFFF01")),
        HostileRow.Ignores("39 a text where a number belongs", "unparsable", Raw.Frame(Stat, "0A 01 41")),
        HostileRow.Ignores("40 a group that does not end", "unparsable", Raw.Frame(Stat, "0801 2B")),
        HostileRow.Ignores("40 a group that does not begin", "unparsable", Raw.Frame(Stat, "0801 2C")),
        HostileRow.Ignores("40 a group that ends as another", "unparsable", Raw.Frame(Stat, "0801 2B 34")),
        HostileRow.Ignores("41 field number 0", "unparsable", Raw.Frame(Stat, "0801 0001")),
        HostileRow.Answers("42 field number 2^29-1", Raw.Frame(Stat, "0801 F8FFFFFF0F 01"), Command.UsersStatRsp),
        HostileRow.Ignores("43 a length of 2^31", "unparsable", Raw.Frame(Stat, "0801 A201 8080808008")),
        HostileRow.Ignores("43 a length of 2^31-1", "unparsable", Raw.Frame(Stat, "0801 A201 FFFFFFFF07")),
        HostileRow.Ignores("44 groups 10,000 deep", "too_deep",
            Raw.Frame(Stat, [0x08, 0x01, .. Raw.Repeat(10_000, 0x2B), .. Raw.Repeat(10_000, 0x2C)])),
        HostileRow.Ignores("44 groups in a message 10,000 deep", "too_deep",
            Raw.Frame(Command.GroupInfoListReq, [0x08, 0x01, .. Raw.Field(2, [.. Raw.Repeat(10_000, 0x2B), .. Raw.Repeat(10_000, 0x2C)])])),
        HostileRow.Ignores("44 groups deep before a message", "too_deep", Raw.Frame(Command.MsgData, Raw.Repeat(100_000, 0x2B))),
        HostileRow.User("45 the sender twice", async (server, client) =>
        {
            using var victim = await server.SufferAsync();
            var message = new IMMsgData
            {
                FromUserId = 1, ToSessionId = server.Attacker, MsgId = 0, CreateTime = 0, MsgType = MsgType.SingleText,
                MsgData = ByteString.CopyFromUtf8("twice"),
            };
            var other = new IMMsgData { FromUserId = server.Victim, ToSessionId = server.Victim };
            await client.SendAsync(Raw.Frame(Command.MsgData, [.. message.ToByteArray(), .. other.ToByteArray()], sequence: 45));
            await client.NextAsync(Command.MsgDataAck, IMMsgDataAck.Parser, sequence: 45);
            var pushed = await victim.NextAsync(Command.MsgData, IMMsgData.Parser);
            Assert.Equal((server.Attacker, server.Victim), (pushed.FromUserId, pushed.ToSessionId));
        }),
        HostileRow.Ignores("46 250,000 elements", "too_many_elements", Raw.Frame(Stat, [0x08, 0x01, .. Raw.Field(2, Raw.Repeat(250_000, 0x01))])),
        HostileRow.Ignores("46 125,000 elements one by one", "too_many_elements", Raw.Frame(Stat, [0x08, 0x01, .. Raw.Repeat(125_000, 0x10, 0x01)])),
        HostileRow.Ignores("46 125,000 empty messages", "too_many_elements",
            Raw.Frame(Command.GroupInfoListReq, [0x08, 0x01, .. Raw.Repeat(125_000, 0x12, 0x00)])),
        HostileRow.ClosesUser("46 a million elements", "frame_too_large", Raw.Frame(Stat, [0x08, 0x01, .. Raw.Field(2, Raw.Repeat(1_000_000, 0x01))])),
        HostileRow.User("47 a list half packed", async (_, client) =>
        {
            await client.SendAsync(Raw.Frame(Stat, "0801 1001 1203 020304 1005", sequence: 47));
            var answer = await client.NextAsync(Command.UsersStatRsp, IMUsersStatRsp.Parser, sequence: 47);
            Assert.Equal([1u, 2, 3, 4, 5], answer.UserStatList.Select(static one => one.UserId));
        }),
        HostileRow.User("48 a text that is no UTF-8", async (_, client) =>
        {
            await client.SendAsync(Raw.Frame(Command.ChangeSignInfoReq, "0801 1204 41FFFE42", sequence: 48));
            var answer = await client.NextAsync(Command.ChangeSignInfoRsp, IMChangeSignInfoRsp.Parser, sequence: 48);
            Assert.Equal((0u, "A\uFFFD\uFFFDB"), (answer.ResultCode, answer.SignInfo));
        }),
        Text("49 NUL", "a\0b"),
        Text("49 text that turns direction", "a\u202Eb\u2066c"),
        Text("49 four bytes and zero width", "\U0001F600\u200B\u200D"),
        HostileRow.User("49 half a surrogate pair", async (_, client) =>
        {
            // U+D800 in three bytes, which UTF-8 does not allow.
            await client.SendAsync(Raw.Frame(Command.ChangeSignInfoReq, "0801 1203 EDA080", sequence: 49));
            var answer = await client.NextAsync(Command.ChangeSignInfoRsp, IMChangeSignInfoRsp.Parser, sequence: 49);
            Assert.Equal(0u, answer.ResultCode);
            Assert.All(answer.SignInfo, static letter => Assert.Equal('\uFFFD', letter));
        }),
        HostileRow.Ignores("50 an unknown kind of message", "unparsable", Raw.Frame(Command.MsgData, "0801 1002 1800 2000 2833 320141")),
        HostileRow.Ignores("51 kind -1", "unparsable", Raw.Frame(Command.MsgData, "0801 1002 1800 2000 28FFFFFFFFFFFFFFFFFF01 320141")),
        HostileRow.User("52 64 KiB of unknown fields", async (_, client) =>
        {
            await client.SendAsync(Raw.Frame(Stat, [0x08, 0x01, 0x10, 0x01, .. Raw.Field(999, new byte[64 * 1024])], sequence: 52));
            var answer = await client.NextAsync(Command.UsersStatRsp, IMUsersStatRsp.Parser, sequence: 52);
            Assert.InRange(answer.CalculateSize(), 1, 32);
        }),
        HostileRow.User("53 64 KiB of attached server data", async (_, client) =>
        {
            await client.SendAsync(Stat, 53, new IMUsersStatReq { UserId = 1, UserIdList = { 1 }, AttachData = ByteString.CopyFrom(new byte[64 * 1024]) });
            var answer = await client.NextAsync(Command.UsersStatRsp, IMUsersStatRsp.Parser, sequence: 53);
            Assert.False(answer.HasAttachData);
        }),
    ];

    // What is a text at all is kept as it is and told to others so; what to show of it is for the client to say.
    private static HostileRow Text(string name, string text) => HostileRow.User(name, async (server, client) =>
    {
        var changed = await client.AskAsync(
            Command.ChangeSignInfoReq, new IMChangeSignInfoReq { UserId = 0, SignInfo = text }, Command.ChangeSignInfoRsp, IMChangeSignInfoRsp.Parser);
        Assert.Equal((0u, text), (changed.ResultCode, changed.SignInfo));
        var read = await client.AskAsync(
            Command.UsersInfoReq, new IMUsersInfoReq { UserId = 0, UserIdList = { server.Attacker } }, Command.UsersInfoRsp, IMUsersInfoRsp.Parser);
        Assert.Equal(text, Assert.Single(read.UserInfoList).SignInfo);
    });
}
