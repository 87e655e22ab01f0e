using System.Net;
using System.Net.Sockets;
using System.Text;
using BrokerIm.Contracts.Wire;
using BrokerIm.Tests.Flow.Support;
using BrokerIm.Tests.Support;

namespace BrokerIm.Tests.Flow.Hostile;

/// <summary>
/// Bytes that are no frames, or frames that nobody asked for. Silence, half frames and clients that do not read are among the
/// <see cref="SlowRows"/>.
/// </summary>
internal static class FramingRows
{
    private const int MaxBefore = 4 * 1024;
    private const int MaxAfter = 256 * 1024;

    // The first bytes of a TLS 1.2 record with a ClientHello of 508 bytes.
    private static readonly byte[] s_clientHello = [.. Raw.Hex("16 0301 0200 01 0001FC 0303"), .. new byte[506]];

    public static readonly HostileRow[] All =
    [
        new("1 connects and closes", async server =>
        {
            var before = server.Closed("peer_closed");
            using (await server.ConnectAsync())
            {
            }

            await Eventually.HoldsAsync(() => server.Closed("peer_closed") == before + 1);
        }),
        new("4 fifteen bytes, then the end", async server =>
        {
            using var client = await server.ConnectAsync();
            await HostileRow.ExpectClosedAsync(server, client, "peer_closed", Raw.Heartbeat()[..15], thenEnds: true);
        }),
        HostileRow.Closes("5 length 0", "malformed_frame", Raw.Heartbeat(length: 0)),
        HostileRow.Closes("6 length 1", "malformed_frame", Raw.Heartbeat(length: 1)),
        HostileRow.Closes("7 length 15", "malformed_frame", Raw.Heartbeat(length: 15)),
        HostileRow.ClosesUser("7 length 15 after login", "malformed_frame", Raw.Heartbeat(length: 15)),
        HostileRow.Ignores("8 unknown command without body", "unknown_command", Raw.Frame(0x0012, "")),
        HostileRow.Closes("9 length 2^31-1", "frame_too_large", Raw.Length(int.MaxValue)),
        HostileRow.Closes("10 length 2^31", "frame_too_large", Raw.Length(0x80000000)),
        HostileRow.Closes("11 length 2^32-1", "frame_too_large", Raw.Length(uint.MaxValue)),
        HostileRow.Closes("12 one byte more than before login", "frame_too_large", Raw.Heartbeat(MaxBefore + 1)),
        HostileRow.ClosesUser("12 one byte more than after login", "frame_too_large", Raw.Heartbeat(MaxAfter + 1)),
        new("13 length larger than what comes, then the end", async server =>
        {
            using var client = await server.AttackAsync();
            await HostileRow.ExpectClosedAsync(server, client, "peer_closed", Raw.Heartbeat(length: 100), thenEnds: true);
        }),
        HostileRow.ClosesUser("14 length smaller than the body", "frame_too_large", [.. Raw.Heartbeat(), .. Raw.Repeat(16, 0xFF)]),
        HostileRow.Answers("15 version 0", Raw.Heartbeat(version: 0), Command.Heartbeat),
        HostileRow.Answers("15 version 65535", Raw.Heartbeat(version: 65_535), Command.Heartbeat),
        HostileRow.Answers("16 every flag", Raw.Heartbeat(flag: 65_535), Command.Heartbeat),
        HostileRow.Answers("17 reserved 65535", Raw.Heartbeat(reserved: 65_535), Command.Heartbeat),
        HostileRow.Answers("18 service of another command", Raw.Heartbeat(service: 3), Command.Heartbeat),
        HostileRow.User("19 every command there could be", async (server, client) =>
        {
            // But for those that end the connection.
            var commands = Enumerable.Range(0, 65_536).Select(static command => (ushort)command)
                .Except([Command.LogoutReq, Command.MsgServReq]).ToArray();
            foreach (var some in commands.Chunk(1_024))
            {
                await client.SendAsync([.. some.SelectMany(static command => Raw.Frame(command, ""))]);
                var answers = (await client.UntilEchoAsync()).Select(static frame => frame.Header.Command);
                Assert.Empty(answers.Except([Command.ClientTimeRsp, Command.Heartbeat]));
            }
        }),
        HostileRow.Ignores("20 what servers say to each other", "unknown_command",
            [.. Enumerable.Range(0x0702, 64).SelectMany(static command => Raw.Frame((ushort)command, "0801"))], times: 64),
        HostileRow.Ignores("21 answers", "unknown_command",
            [.. new[] { Command.LoginRes, Command.KickUser, Command.GroupCreateRsp, Command.MsgDataReadNotify }
                .SelectMany(static command => Raw.Frame(command, "0801 1001 1801 2001"))], times: 4),
        Random("25 a MiB of random bytes", seed: 25),
        HostileRow.Closes("26 an HTTP request", "frame_too_large", Encoding.ASCII.GetBytes("GET /msg_server HTTP/1.1\r\nHost: im\r\n\r\n")),
        HostileRow.Closes("27 a TLS handshake", "frame_too_large", s_clientHello),
        new("28 a frame on the TLS port", server => TlsAsync(server, Raw.Heartbeat())),
        HostileRow.Closes("29 a PROXY header", "frame_too_large", Encoding.ASCII.GetBytes("PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n")),
        new("30 a handshake of 16 KiB of extensions", server => TlsAsync(server, LongClientHello())),
        new("32 urgent data", async server =>
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(IPAddress.Loopback, server.Ports.Tcp, TestContext.Current.CancellationToken);
            socket.Send([0x21], SocketFlags.OutOfBand);
            using var client = WireClient.Over(new NetworkStream(socket));
            await client.ExpectNothingYetAsync();
        }),
        new("33 reset right after login", async server =>
        {
            var before = server.Closed("peer_closed");
            using (var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp))
            {
                await socket.ConnectAsync(IPAddress.Loopback, server.Ports.Tcp, TestContext.Current.CancellationToken);
                using var client = WireClient.Over(new NetworkStream(socket));
                await client.LoginAsync("attacker", ClientType.Android);
                socket.LingerState = new(enable: true, seconds: 0);
            }

            await Eventually.HoldsAsync(() => server.Closed("peer_closed") == before + 1);
        }),
        HostileRow.User("34 asks and closes its half", async (server, client) =>
        {
            await client.SendAsync(Command.GetMsgListReq, 9, new IMGetMsgListReq
            {
                UserId = 0, SessionType = SessionType.Single, SessionId = server.Victim, MsgIdBegin = 0, MsgCnt = 10,
            });
            client.ShutdownSend();
            Assert.Contains(Command.GetMsgListRsp, (await client.ReadToEndAsync()).Select(static frame => frame.Header.Command));
        }),
    ];

    // The first four bytes are a length of more than anybody may send.
    private static HostileRow Random(string name, int seed)
    {
        var bytes = new byte[1 << 20];
        new Random(seed).NextBytes(bytes);
        return HostileRow.Closes(name, "frame_too_large", bytes);
    }

    private static byte[] LongClientHello()
    {
        // Extension 0x0A0A is one that servers pass over (RFC 8701).
        var extension = (byte[])[.. Raw.Hex("0A0A 3FF0"), .. new byte[0x3FF0]];
        var hello = (byte[])
        [
            .. Raw.Hex("0303"), .. new byte[32], .. Raw.Hex("00 0002 1301 01 00"),
            (byte)(extension.Length >> 8), (byte)extension.Length, .. extension,
        ];
        var message = (byte[])[0x01, 0, (byte)(hello.Length >> 8), (byte)hello.Length, .. hello];
        return [.. message.Chunk(0x2000).SelectMany(static part => new byte[] { 0x16, 3, 1, (byte)(part.Length >> 8), (byte)part.Length }.Concat(part))];
    }

    // The server ends it, with an alert or without.
    private static async Task TlsAsync(HostileServer server, byte[] bytes)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, server.Ports.Tls, TestContext.Current.CancellationToken);
        var stream = client.GetStream();
        await stream.WriteAsync(bytes, TestContext.Current.CancellationToken);
        using var alert = new MemoryStream();
        try
        {
            await stream.CopyToAsync(alert, TestContext.Current.CancellationToken).Soon();
        }
        catch (IOException exception) when (exception.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionReset })
        {
            // Without.
        }

        Assert.True(alert.Length < 100);
    }
}
