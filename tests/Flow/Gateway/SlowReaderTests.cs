using BrokerIm.Contracts.Wire;
using BrokerIm.Gateway;
using BrokerIm.Gateway.Sessions;
using BrokerIm.Tests.Flow.Support;
using BrokerIm.Tests.Support;

namespace BrokerIm.Tests.Flow.Gateway;

/// <summary>Clients that do not read what is sent to them.</summary>
public abstract class SlowReaderTests(TcpTransport transport)
{
    public sealed class OnLean() : SlowReaderTests(TcpTransport.Lean);

    public sealed class OnKestrel() : SlowReaderTests(TcpTransport.Kestrel);

    // More than the kernel's buffers of both ends of a loopback connection hold.
    private const int MostFrames = 2_000;
    private static readonly byte[] Frame = FrameWriter.ToArray(
        Command.MsgData, 0, new IMMsgDataReadNotify { UserId = 1, SessionId = 2, MsgId = 3, SessionType = SessionType.Single });

    private static readonly byte[] Frames = [.. Enumerable.Repeat(Frame, 1_000).SelectMany(bytes => bytes)];

    [Fact]
    public async Task Client_that_lets_too_much_pile_up_is_closed_and_counted()
    {
        await using var host = await GatewayHost.StartAsync(transport: transport, settings: [("OutboundBytesMax", "65536")]);
        await host.AddUserAsync("u");
        using var client = await LoginWithSmallBufferAsync(host);
        var session = Assert.Single(host.Table.All);

        for (var sent = 0; sent < MostFrames && session.State == SessionState.LoggedIn; sent++)
            Send(session);

        Assert.Equal(CloseReason.SlowReader, session.CloseReason);
        await Eventually.HoldsAsync(() => host.Table.Count == 0);
        Assert.Equal(1, host.Meter.Sum("im_slow_consumer_closes_total"));
    }

    [Fact]
    public async Task Client_that_takes_nothing_for_15_seconds_is_closed_and_counted_and_nobody_else()
    {
        var time = new ManualTimeProvider();
        await using var host = await GatewayHost.StartAsync(transport: transport, time: time, settings: [("OutboundBytesMax", "100000000")]);
        await host.AddUserAsync("u");
        await host.AddUserAsync("other");
        using var client = await LoginWithSmallBufferAsync(host);
        var session = Assert.Single(host.Table.All);
        using var other = await host.LoginAsync("other", ClientType.Android);

        // The kernel takes some, and while it does the time starts anew; in the end nothing moves.
        for (var sent = 0; sent < MostFrames; sent++)
            Send(session);
        for (var passed = 0; passed < 100 && session.State == SessionState.LoggedIn; passed += 5)
        {
            await other.ExpectNothingYetAsync();
            time.Advance(TimeSpan.FromSeconds(5));
        }

        await Eventually.HoldsAsync(() => host.Table.Count == 1);
        Assert.Equal(CloseReason.SlowReader, session.CloseReason);
        Assert.Equal(1, host.Meter.Sum("im_slow_consumer_closes_total"));
        await other.ExpectNothingYetAsync();
    }

    [Fact]
    public async Task Client_that_falls_behind_and_reads_on_misses_nothing()
    {
        await using var host = await GatewayHost.StartAsync(transport: transport);
        await host.AddUserAsync("u");
        using var client = await LoginWithSmallBufferAsync(host);
        var session = Assert.Single(host.Table.All);

        var sent = 0;
        for (; sent < MostFrames && !session.IsStalled; sent++)
            Send(session);
        for (var behind = 0; behind < 10; behind++, sent++)
            Send(session);

        for (var received = 0; received < sent * 1_000; received++)
            Assert.Equal(Frame, (await client.ReceiveAsync()).Bytes);
        await client.ExpectNothingYetAsync();
    }

    [Fact]
    public async Task Client_that_asks_without_reading_is_not_read_from()
    {
        await using var host = await GatewayHost.StartAsync(transport: transport, settings: [("OutboundBytesMax", "65536")]);
        await host.AddUserAsync("u");
        using var client = await LoginWithSmallBufferAsync(host);
        var session = Assert.Single(host.Table.All);

        // Answers of 100 KB each, more than the outbox may hold, and still no reason to close: they are made one by one.
        var question = FrameWriter.ToArray(
            Command.UsersStatReq, 1, new IMUsersStatReq { UserId = 0, UserIdList = { Enumerable.Repeat(1u, 10_000) } });
        var asking = Task.Run(
            async () =>
            {
                for (var asked = 0; asked < 200; asked++)
                    await client.SendAsync(question);
            },
            TestContext.Current.CancellationToken);

        for (var answered = 0; answered < 200; answered++)
            Assert.Equal(Command.UsersStatRsp, (await client.ReceiveAsync()).Header.Command);
        await asking;
        Assert.Equal(SessionState.LoggedIn, session.State);
    }

    private static async Task<WireClient> LoginWithSmallBufferAsync(GatewayHost host)
    {
        var client = await WireClient.ConnectAsync(host.Port, receiveBufferBytes: 4_096);
        await client.LoginAsync("u", ClientType.Android);

        // The client has its response a moment before the session counts as logged in.
        await Eventually.HoldsAsync(() => host.Table.All.Single().IsLoggedIn);
        return client;
    }

    private static void Send(Session session)
    {
        session.Write(Frames);
        session.Flush();
    }
}
