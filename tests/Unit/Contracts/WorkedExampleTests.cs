using System.Buffers;
using BrokerIm.Contracts.Wire;
using Google.Protobuf;

namespace BrokerIm.Tests.Unit.Contracts;

/// <summary>The worked examples of protocol chapter 01 section 8, both ways.</summary>
public sealed class WorkedExampleTests
{
    private const uint Time = 1_700_000_000;

    private static readonly Dictionary<string, Example> Examples = new()
    {
        ["8.1 login request"] = new(
            Command.LoginReq, Sequence: 1,
            new IMLoginReq
            {
                UserName = "alice",
                Password = "e10adc3949ba59abbe56e057f20f883e",
                OnlineStatus = UserStatType.Online,
                ClientType = ClientType.Windows,
                ClientVersion = "win_10086",
            },
            """
            00 00 00 48 00 01 00 00 00 01 01 03 00 01 00 00
            0A 05 61 6C 69 63 65
            12 20 65 31 30 61 64 63 33 39 34 39 62 61 35 39 61 62 62 65 35 36 65 30 35 37 66 32 30 66 38 38 33 65
            18 01 20 01 2A 09 77 69 6E 5F 31 30 30 38 36
            """),
        ["8.2 login refused"] = new(
            Command.LoginRes, Sequence: 1,
            new IMLoginRes { ServerTime = Time, ResultCode = ResultType.ValidationFailed, ResultString = "bad password" },
            """
            00 00 00 26 00 01 00 00 00 01 01 04 00 01 00 00
            08 80 E2 CF AA 06 10 06 1A 0C 62 61 64 20 70 61 73 73 77 6F 72 64
            """),
        ["8.3 login accepted"] = new(
            Command.LoginRes, Sequence: 1,
            new IMLoginRes
            {
                ServerTime = Time,
                ResultCode = ResultType.Ok,
                ResultString = "ok",
                OnlineStatus = UserStatType.Online,
                UserInfo = new()
                {
                    UserId = 1001,
                    UserGender = 0,
                    UserNickName = "Alice",
                    AvatarUrl = "",
                    DepartmentId = 0,
                    Email = "",
                    UserRealName = "alice",
                    UserTel = "",
                    UserDomain = "alice",
                    Status = 0,
                    SignInfo = "",
                },
            },
            """
            00 00 00 46 00 01 00 00 00 01 01 04 00 01 00 00 08 80 E2 CF AA 06 10 00 1A 02 6F 6B 20 01 2A 26
            08 E9 07 10 00 1A 05 41 6C 69 63 65 22 00 28 00 32 00 3A 05 61 6C 69 63 65 42 00
            4A 05 61 6C 69 63 65 50 00 5A 00
            """),
        ["8.4 heartbeat"] = new(
            Command.Heartbeat, Sequence: 0, new IMHeartBeat(), "00 00 00 10 00 01 00 00 00 07 07 01 00 00 00 00"),
        ["8.5 text message"] = new(
            Command.MsgData, Sequence: 5,
            new IMMsgData
            {
                FromUserId = 1001,
                ToSessionId = 1002,
                MsgId = 0,
                CreateTime = Time,
                MsgType = MsgType.SingleText,
                MsgData = ByteString.CopyFromUtf8("isFbgVCILeNPXzVe+MncXQ=="),
            },
            """
            00 00 00 3A 00 01 00 00 00 03 03 01 00 05 00 00 08 E9 07 10 EA 07 18 00 20 80 E2 CF AA 06 28 01
            32 18 69 73 46 62 67 56 43 49 4C 65 4E 50 58 7A 56 65 2B 4D 6E 63 58 51 3D 3D
            """),
        ["8.5 its ack"] = new(
            Command.MsgDataAck, Sequence: 5,
            new IMMsgDataAck { UserId = 1001, SessionId = 1002, MsgId = 1, SessionType = SessionType.Single },
            "00 00 00 1A 00 01 00 00 00 03 03 02 00 05 00 00 08 E9 07 10 EA 07 18 01 20 01"),
        ["8.6 logout request"] = new(
            Command.LogoutReq, Sequence: 9, new IMLogoutReq(), "00 00 00 10 00 01 00 00 00 01 01 05 00 09 00 00"),
        ["8.6 logout response"] = new(
            Command.LogoutRsp, Sequence: 9, new IMLogoutRsp { ResultCode = 0 },
            "00 00 00 12 00 01 00 00 00 01 01 06 00 09 00 00 08 00"),
        ["8.6 nothing unread"] = new(
            Command.UnreadMsgCntRsp, Sequence: 4, new IMUnreadMsgCntRsp { UserId = 1001, TotalCnt = 0 },
            "00 00 00 15 00 01 00 00 00 03 03 08 00 04 00 00 08 E9 07 10 00"),

        // The chapter gives the body of this one only.
        ["8.6 change members"] = new(
            Command.GroupChangeMemberReq, Sequence: 0,
            new IMGroupChangeMemberReq
            {
                UserId = 1001,
                ChangeType = GroupModifyType.Add,
                GroupId = 7,
                MemberIdList = { 1002, 1003 },
            },
            "00 00 00 1D 00 01 00 00 00 04 04 07 00 00 00 00 08 E9 07 10 01 18 07 20 EA 07 20 EB 07"),
    };

    public static TheoryData<string> Names => [.. Examples.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Is_written_byte_for_byte(string name)
    {
        var example = Examples[name];
        var written = FrameWriter.ToArray(example.Command, example.Sequence, example.Message);
        Assert.Equal(Convert.ToHexString(example.Bytes), Convert.ToHexString(written));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Is_read_back(string name)
    {
        var example = Examples[name];
        var received = new ReadOnlySequence<byte>(example.Bytes);

        Assert.Equal(FrameReadResult.Frame, FrameReader.TryRead(ref received, 1_024, out var header, out var body));
        Assert.True(received.IsEmpty);
        Assert.Equal(FrameHeader.For(example.Command, (int)body.Length, example.Sequence), header);
        Assert.Equal(example.Message, example.Message.Descriptor.Parser.ParseFrom(body.ToArray()));
    }

    private sealed record Example(ushort Command, ushort Sequence, IMessage Message, string Hex)
    {
        public byte[] Bytes { get; } = Convert.FromHexString(string.Concat(Hex.Split([' ', '\n'])));
    }
}
