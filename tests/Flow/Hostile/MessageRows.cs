using System.Buffers.Binary;
using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Values;
using BrokerIm.Tests.Flow.Support;
using Google.Protobuf;

namespace BrokerIm.Tests.Flow.Hostile;

/// <summary>Messages and read marks that say what is not so. Who may write where is the matter of the authorisation table.</summary>
internal static class MessageRows
{
    private const int FrameMax = 256 * 1024;
    private static int s_ids;

    public static readonly HostileRow[] All =
    [
        Refused("63 to user 0", _ => 0, MsgType.SingleText),
        Refused("63 to himself", static server => server.Attacker, MsgType.SingleText),
        Refused("63 to a user there is not", _ => 1_000_000, MsgType.SingleText),
        Refused("63 to user 2^31", _ => 0x80000000, MsgType.SingleText),
        Refused("63 to user 2^32-1", _ => uint.MaxValue, MsgType.SingleText),
        Refused("64 to a group there is not", _ => 999_999, MsgType.GroupText),
        Refused("64 to group 0", _ => 0, MsgType.GroupText),
        Refused("64 to group 2^32-1", _ => uint.MaxValue, MsgType.GroupText),
        Refused("65 to a user as if he were a group", static server => server.Victim, MsgType.GroupAudio),
        Refused("66 nothing", static server => server.Victim, MsgType.SingleText, text: ""),
        Refused("66 sound of no length", static server => server.Victim, MsgType.SingleAudio, text: "\0\0\0\x1"),
        HostileRow.User("67 the largest message there can be", async (server, client) =>
        {
            using var victim = await server.SufferAsync();
            var message = Text(server.Victim, "");
            message.MsgData = ByteString.CopyFrom(new byte[FrameMax - FrameHeader.Size - message.CalculateSize() - 2]);
            Assert.Equal(FrameMax, FrameHeader.Size + message.CalculateSize());

            await client.SendAsync(Command.MsgData, 67, message);
            var ack = await client.NextAsync(Command.MsgDataAck, IMMsgDataAck.Parser, sequence: 67);
            Assert.Equal(message.MsgData, (await PushedAsync(victim, ack.MsgId)).MsgData);
        }),
        HostileRow.User("67 one byte more", async (server, client) =>
        {
            var message = Text(server.Victim, "");
            message.MsgData = ByteString.CopyFrom(new byte[FrameMax - FrameHeader.Size - message.CalculateSize() - 1]);
            await HostileRow.ExpectClosedAsync(server, client, "frame_too_large", FrameWriter.ToArray(Command.MsgData, 67, message));
        }),
        Corrected("68 a message id of his own", static message => message.MsgId = 5),
        Corrected("69 made in the year 2100", static message => message.CreateTime = 4_102_444_800),
        Corrected("69 made in 1970", static message => message.CreateTime = 0),
        HostileRow.User("70 one id forty times at once, from two devices", async (server, client) =>
        {
            using var victim = await server.SufferAsync();
            using var pc = await server.AttackAsync(ClientType.Windows);
            var message = WithId(Text(server.Victim, "once"), NewId());
            byte[] frames = [.. Enumerable.Range(1, 20).SelectMany(sequence => FrameWriter.ToArray(Command.MsgData, (ushort)sequence, message))];
            await Task.WhenAll(client.SendAsync(frames), pc.SendAsync(frames));

            var ids = new HashSet<uint>();
            var statuses = new List<SendStatus>();
            foreach (var device in new[] { client, pc })
            {
                for (ushort sequence = 1; sequence <= 20; sequence++)
                {
                    var ack = await device.NextAsync(Command.MsgDataAck, IMMsgDataAck.Parser, sequence);
                    ids.Add(ack.MsgId);
                    statuses.Add(ack.SendStatus);
                }
            }

            Assert.Single(ids);
            Assert.Single(statuses, SendStatus.Stored);
            Assert.All(statuses, static status => Assert.True(status is SendStatus.Stored or SendStatus.Duplicate));
            Assert.Equal([Command.MsgData], (await victim.UntilEchoAsync()).Select(static frame => frame.Header.Command));
        }),
        HostileRow.User("71 one id for two messages", async (server, client) =>
        {
            var id = NewId();
            Assert.Equal(SendStatus.Stored, (await AskAsync(client, WithId(Text(server.Victim, "first"), id))).SendStatus);
            Assert.Equal(SendStatus.Conflict, (await AskAsync(client, WithId(Text(server.Victim, "second"), id))).SendStatus);
        }),
        HostileRow.User("72 an id of zeros", async (server, client) =>
        {
            // An id like any other: what was sent under it before is known for as long as it is in the window.
            var first = await AskAsync(client, WithId(Text(server.Victim, "zeros"), new byte[ClientMessageId.Size]));
            var second = await AskAsync(client, WithId(Text(server.Victim, "zeros"), new byte[ClientMessageId.Size]));
            Assert.Equal((SendStatus.Duplicate, first.MsgId), (second.SendStatus, second.MsgId));
        }),
        HostileRow.User("72 an id of another length", async (server, client) =>
        {
            var before = server.Rejected("unparsable");
            foreach (var length in new[] { 0, 15, 17, 4_096 })
                await client.SendAsync(Command.MsgData, 72, WithId(Text(server.Victim, "odd"), new byte[length]));
            Assert.Empty(await client.UntilEchoAsync());
            Assert.Equal(before + 4, server.Rejected("unparsable"));
        }),
        HostileRow.User("73 an id of next year", async (server, client) =>
        {
            var ack = await AskAsync(client, WithId(Text(server.Victim, "tomorrow"), NewId(TimeSpan.FromDays(365))));
            Assert.Equal((SendStatus.Clock, 0u), (ack.SendStatus, ack.MsgId));
            Assert.InRange(ack.ServerTimeMs, 1u, (ulong)DateTimeOffset.UtcNow.AddMinutes(5).ToUnixTimeMilliseconds());
        }),
        HostileRow.User("74 a read mark far above the newest message", async (server, client) =>
        {
            using var victim = await server.SufferAsync();
            await AskAsync(victim, Text(server.Attacker, "one"));
            await MarkAsync(client, server.Victim, uint.MaxValue);
            await PassAsync(server, client);
            await AskAsync(victim, Text(server.Attacker, "two"));
            Assert.Equal(1u, await UnreadAsync(client, server.Victim));
        }),
        HostileRow.User("74 a read mark below the one before", async (server, client) =>
        {
            using var victim = await server.SufferAsync();
            var head = (await AskAsync(victim, Text(server.Attacker, "three"))).MsgId;
            await MarkAsync(client, server.Victim, head);
            await MarkAsync(client, server.Victim, 1);
            await MarkAsync(client, server.Victim, 0);
            await PassAsync(server, client);
            Assert.Equal(0u, await UnreadAsync(client, server.Victim));
        }),
        HostileRow.User("74 a read mark in a conversation there is not", async (server, client) =>
        {
            foreach (var peer in new[] { 0u, server.Attacker, 1_000_000u, uint.MaxValue })
            {
                await MarkAsync(client, peer, 1);
                await client.SendAsync(Command.MsgDataReadAck, 74, new IMMsgDataReadAck
                {
                    UserId = server.Victim, SessionId = peer, MsgId = 1, SessionType = SessionType.Group,
                });
            }

            Assert.Empty(await client.UntilEchoAsync());
        }),
        HostileRow.User("83 a command to a client of 64 KiB", async (server, client) =>
        {
            using var victim = await server.SufferAsync();
            var before = server.Rejected("peer_command_size");
            await client.SendAsync(Command.P2PCmdMsg, 83, new IMP2PCmdMsg
            {
                FromUserId = server.Victim, ToUserId = server.Victim, CmdMsgData = new('x', 64 * 1024),
            });
            Assert.Empty(await client.UntilEchoAsync());
            Assert.Empty(await victim.UntilEchoAsync());
            Assert.Equal(before + 1, server.Rejected("peer_command_size"));
        }),
        HostileRow.User("88 an acknowledgement of somebody else's message", async (server, client) =>
        {
            using var victim = await server.SufferAsync();
            await client.SendAsync(Command.MsgDataAck, 88, new IMMsgDataAck
            {
                UserId = server.Victim, SessionId = server.Victim, MsgId = 1, SessionType = SessionType.Single, SendStatus = SendStatus.Conflict,
            });
            Assert.Empty(await client.UntilEchoAsync());
            Assert.Empty(await victim.UntilEchoAsync());
        }),
    ];

    private static IMMsgData Text(uint to, string text, MsgType type = MsgType.SingleText) => new()
    {
        FromUserId = 0, ToSessionId = to, MsgId = 0, CreateTime = 0, MsgType = type, MsgData = ByteString.CopyFromUtf8(text),
    };

    private static IMMsgData WithId(IMMsgData message, byte[] id)
    {
        message.ClientMsgId = ByteString.CopyFrom(id);
        return message;
    }

    private static byte[] NewId(TimeSpan ahead = default)
    {
        var id = Guid.NewGuid().ToByteArray();
        BinaryPrimitives.WriteInt64BigEndian(id, DateTimeOffset.UtcNow.Add(ahead).ToUnixTimeMilliseconds() << 16);
        return id;
    }

    private static Task<IMMsgDataAck> AskAsync(WireClient client, IMMsgData message) => client.AskAsync(
        Command.MsgData, message, Command.MsgDataAck, IMMsgDataAck.Parser, (ushort)Interlocked.Increment(ref s_ids));

    private static Task MarkAsync(WireClient client, uint peer, uint id) => client.SendAsync(Command.MsgDataReadAck, 74, new IMMsgDataReadAck
    {
        UserId = 0, SessionId = peer, MsgId = id, SessionType = SessionType.Single,
    });

    // Nothing answers a read mark; but the log of this server has one partition, and what is answered behind it came behind it.
    private static Task<IMMsgDataAck> PassAsync(HostileServer server, WireClient client) => AskAsync(client, Text(server.Neutral, "behind"));

    private static async Task<uint> UnreadAsync(WireClient client, uint peer)
    {
        var unread = await client.AskAsync(
            Command.UnreadMsgCntReq, new IMUnreadMsgCntReq { UserId = 0 }, Command.UnreadMsgCntRsp, IMUnreadMsgCntRsp.Parser);
        return unread.UnreadinfoList.SingleOrDefault(one => one.SessionId == peer)?.UnreadCnt ?? 0;
    }

    // An old client hears nothing; one that names its messages is told that they are refused.
    private static HostileRow Refused(string name, Func<HostileServer, uint> to, MsgType type, string text = "text") =>
        HostileRow.User(name, async (server, client) =>
        {
            using var victim = await server.SufferAsync();
            await client.SendAsync(Command.MsgData, 63, Text(to(server), text, type));
            Assert.Empty(await client.UntilEchoAsync());

            var ack = await AskAsync(client, WithId(Text(to(server), text, type), NewId()));
            Assert.Equal((SendStatus.Refused, 0u), (ack.SendStatus, ack.MsgId));
            Assert.Empty(await victim.UntilEchoAsync());
        });

    // Id and time are the server's, whatever the client says.
    private static HostileRow Corrected(string name, Action<IMMsgData> lie) => HostileRow.User(name, async (server, client) =>
    {
        using var victim = await server.SufferAsync();
        var before = (await AskAsync(client, Text(server.Victim, "before"))).MsgId;
        await PushedAsync(victim, before);
        var from = (uint)DateTimeOffset.UtcNow.AddMinutes(-5).ToUnixTimeSeconds();
        var message = Text(server.Victim, "lie");
        lie(message);
        Assert.Equal(before + 1, (await AskAsync(client, message)).MsgId);
        var pushed = await PushedAsync(victim, before + 1);
        Assert.Equal(before + 1, pushed.MsgId);
        Assert.InRange(pushed.CreateTime, from, from + 3_600);
    });

    // Who has just logged in may be brought what the rows before have sent him, in order; never more than once what comes then.
    private static async Task<IMMsgData> PushedAsync(WireClient victim, uint messageId)
    {
        while (true)
        {
            var pushed = await victim.NextAsync(Command.MsgData, IMMsgData.Parser);
            if (pushed.MsgId >= messageId)
                return pushed;
        }
    }
}
