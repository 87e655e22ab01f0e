using System.Net;
using System.Net.Sockets;
using BrokerIm.Contracts.Wire;
using BrokerIm.Tests.Support;

namespace BrokerIm.Tests.Flow.Hostile;

/// <summary>Clients that take their time, on a server whose limits are short.</summary>
internal static class SlowRows
{
    public static readonly HostileRow[] All =
    [
        HostileRow.Closes("2 connects and says nothing", "login_timeout", []),
        HostileRow.Closes("3 one byte, then silence", "frame_too_slow", [0]),
        HostileRow.ClosesUser("3 one byte after login, then silence", "frame_too_slow", [0]),
        HostileRow.Closes("4 fifteen bytes, then silence", "frame_too_slow", Raw.Heartbeat()[..15]),
        HostileRow.ClosesUser("13 length larger than what comes, then silence", "frame_too_slow", [.. Raw.Heartbeat(length: 200_000), .. new byte[500]]),
        HostileRow.User("24 a frame byte by byte", async (server, client) =>
        {
            // Each byte comes when the one before has been taken, so what is slow is the client and not its test.
            var before = server.Closed("frame_too_slow");
            var frame = Raw.Heartbeat(length: 200_000);
            using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
            for (var sent = 0; server.Closed("frame_too_slow") == before; sent++)
            {
                await client.TrySendAsync([sent < frame.Length ? frame[sent] : (byte)0]);
                await pause.WaitForNextTickAsync(TestContext.Current.CancellationToken);
            }

            await Eventually.HoldsAsync(() => server.Closed("frame_too_slow") == before + 1);
        }),
        new("31 a TLS handshake that stops", async server =>
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, server.Ports.Tls, TestContext.Current.CancellationToken);
            await client.GetStream().WriteAsync(Raw.Hex("16 0301 0200 01 0001FC 0303"), TestContext.Current.CancellationToken);
            Assert.Equal(0, await client.GetStream().ReadAsync(new byte[1], TestContext.Current.CancellationToken).AsTask().Soon());
        }),
        new("35 asks and never reads", async server =>
        {
            var before = server.Closed("slow_reader");
            using var client = await server.ConnectAsync(receiveBufferBytes: 4_096);
            await client.LoginAsync("attacker", ClientType.Android);
            var question = FrameWriter.ToArray(
                Command.UsersStatReq, 1, new IMUsersStatReq { UserId = 0, UserIdList = { Enumerable.Repeat(1u, 10_000) } });
            var asking = AskAsync();
            await Eventually.HoldsAsync(() => server.Closed("slow_reader") == before + 1);
            await asking;

            async Task AskAsync()
            {
                while (await client.TrySendAsync(question))
                    continue;
            }
        }),
        .. HttpRows.Patient,
    ];
}
