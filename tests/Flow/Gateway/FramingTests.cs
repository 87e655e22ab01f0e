using System.Buffers.Binary;
using BrokerIm.Contracts.Wire;
using BrokerIm.Gateway;
using BrokerIm.Tests.Flow.Support;
using BrokerIm.Tests.Support;

namespace BrokerIm.Tests.Flow.Gateway;

/// <summary>Protocol chapter 01 sections 3, 5.2 and 9, on a real socket.</summary>
public abstract class FramingTests(TcpTransport transport)
{
    public sealed class OnLean() : FramingTests(TcpTransport.Lean);

    public sealed class OnKestrel() : FramingTests(TcpTransport.Kestrel);

    [Theory]
    [InlineData("00000010000100000007070100000000")]
    [InlineData("00000010000D00000007070100050001")]
    [InlineData("000000100006FFFF0001070112340030")]
    [InlineData("0000001300060000000707010000003008E907")]
    public async Task Heartbeat_comes_back_unchanged_before_and_after_login(string frame)
    {
        await using var host = await GatewayHost.StartAsync(transport: transport);
        await host.AddUserAsync("u");
        using var client = await host.ConnectAsync();

        await client.SendAsync(Convert.FromHexString(frame));
        Assert.Equal(frame, Convert.ToHexString((await client.ReceiveAsync()).Bytes));

        await client.LoginAsync("u", ClientType.Android);
        await client.SendAsync(Convert.FromHexString(frame));
        Assert.Equal(frame, Convert.ToHexString((await client.ReceiveAsync()).Bytes));
    }

    [Fact]
    public async Task Server_time_is_told_before_login()
    {
        await using var host = await GatewayHost.StartAsync(transport: transport, time: new ManualTimeProvider());
        using var client = await host.ConnectAsync();

        await client.SendAsync(Command.ClientTimeReq, 12);

        var answer = await client.ReceiveAsync(Command.ClientTimeRsp, IMClientTimeRsp.Parser, sequence: 12);
        Assert.Equal(1_700_000_000u, answer.ServerTime);
    }

    [Fact]
    public async Task Commands_before_login_are_ignored_and_the_thirty_second_closes()
    {
        await using var host = await GatewayHost.StartAsync(transport: transport);
        using var client = await host.ConnectAsync();

        for (var sent = 1; sent < 32; sent++)
            await client.SendAsync(Command.UsersStatReq, (ushort)sent, new IMUsersStatReq { UserId = 1, UserIdList = { 1 } });
        await client.ExpectNothingYetAsync();

        await client.SendAsync(Command.LogoutReq, 32);
        await client.ExpectClosedAsync();
        Assert.Equal(32, host.Meter.Sum("im_frame_rejects_total", "not_logged_in"));
    }

    [Theory]
    [InlineData(0x0000)]
    [InlineData(0x0012)]
    [InlineData(0x0104)]
    [InlineData(0x0735)]
    [InlineData(0xFFFF)]
    public async Task Unknown_command_is_ignored_and_counted(int command)
    {
        await using var host = await GatewayHost.StartAsync(transport: transport);
        await host.AddUserAsync("u");
        using var client = await host.LoginAsync("u", ClientType.Android);

        await client.SendAsync((ushort)command, 5);

        await client.ExpectNothingYetAsync();
        Assert.Equal(1, host.Meter.Sum("im_frame_rejects_total", "unknown_command"));
    }

    [Theory]
    [InlineData(0u, "malformed")]
    [InlineData(1u, "malformed")]
    [InlineData(15u, "malformed")]
    [InlineData(4097u, "too_large")]
    [InlineData(0x7FFFFFFFu, "too_large")]
    [InlineData(0x80000000u, "too_large")]
    [InlineData(0xFFFFFFFFu, "too_large")]
    public async Task Bad_length_closes_on_its_four_bytes_alone(uint length, string reason)
    {
        await using var host = await GatewayHost.StartAsync(transport: transport);
        using var client = await host.ConnectAsync();

        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, length);
        await client.SendAsync(bytes);

        await client.ExpectClosedAsync();
        Assert.Equal(1, host.Meter.Sum("im_frame_rejects_total", reason));
    }

    [Fact]
    public async Task Largest_frame_is_4_KiB_before_and_256_KiB_after_login()
    {
        await using var host = await GatewayHost.StartAsync(transport: transport);
        await host.AddUserAsync("u");
        using var client = await host.ConnectAsync();

        await client.SendAsync(HeartbeatOf(4 * 1024));
        Assert.Equal(4u * 1024, (await client.ReceiveAsync()).Header.Length);

        await client.LoginAsync("u", ClientType.Android);
        await client.SendAsync(HeartbeatOf(256 * 1024));
        Assert.Equal(256u * 1024, (await client.ReceiveAsync()).Header.Length);

        await client.SendAsync(HeartbeatOf(256 * 1024 + 1)[..64]);
        await client.ExpectClosedAsync();
    }

    [Fact]
    public async Task Frame_may_come_byte_by_byte_and_many_in_one_piece()
    {
        await using var host = await GatewayHost.StartAsync(transport: transport);
        using var client = await host.ConnectAsync();
        var heartbeat = HeartbeatOf(16);

        foreach (var piece in heartbeat)
            await client.SendAsync([piece]);
        await client.ReceiveAsync();

        await client.SendAsync([.. Enumerable.Repeat(heartbeat, 500).SelectMany(bytes => bytes)]);
        for (var received = 0; received < 500; received++)
            Assert.Equal(Command.Heartbeat, (await client.ReceiveAsync()).Header.Command);
    }

    [Fact]
    public async Task Answers_keep_the_order_of_the_requests()
    {
        await using var host = await GatewayHost.StartAsync(transport: transport);
        await host.AddUserAsync("u");
        using var client = await host.ConnectAsync();

        // The login takes long, and what comes behind it has to wait for it.
        await client.SendAsync([
            .. FrameWriter.ToArray(Command.LoginReq, 1, WireClient.LoginRequest("u", ClientType.Android)),
            .. FrameWriter.ToArray(Command.UsersStatReq, 2, new IMUsersStatReq { UserId = 0 }),
            .. FrameWriter.ToArray(Command.ClientTimeReq, 3, null),
            .. FrameWriter.ToArray(Command.LogoutReq, 4, null),
        ]);

        var answers = (await client.ReadToEndAsync()).Select(frame => frame.Header.Command);
        Assert.Equal([Command.LoginRes, Command.UsersStatRsp, Command.ClientTimeRsp, Command.LogoutRsp], answers);
    }

    [Fact]
    public async Task Body_that_does_not_parse_or_lacks_a_required_field_is_dropped_and_the_connection_stays()
    {
        await using var host = await GatewayHost.StartAsync(transport: transport);
        await host.AddUserAsync("u");
        using var client = await host.LoginAsync("u", ClientType.Android);

        foreach (var body in new byte[][] { [], [0x08], [0xFF, 0xFF], [0x0A, 0x7F, 0x01], [0x10, 0x05] })
        {
            var frame = new byte[FrameHeader.Size + body.Length];
            FrameHeader.For(Command.UsersStatReq, body.Length, 1).Write(frame);
            body.CopyTo(frame, FrameHeader.Size);
            await client.SendAsync(frame);
        }

        await client.ExpectNothingYetAsync();
        Assert.Equal(5, host.Meter.Sum("im_frame_rejects_total", "unparsable"));
    }

    [Fact]
    public async Task Command_counts_and_not_the_service_number_beside_it()
    {
        await using var host = await GatewayHost.StartAsync(transport: transport);
        using var client = await host.ConnectAsync();

        await client.SendAsync(Convert.FromHexString("00000010000100000001030500010000"));

        await client.ReceiveAsync(Command.ClientTimeRsp, IMClientTimeRsp.Parser, sequence: 1);
    }

    private static byte[] HeartbeatOf(int bytes)
    {
        var frame = new byte[bytes];
        FrameHeader.For(Command.Heartbeat, bytes - FrameHeader.Size, 1).Write(frame);
        return frame;
    }
}
