using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Values;
using BrokerIm.Gateway;
using BrokerIm.Gateway.Peers;
using BrokerIm.Gateway.Sessions;
using BrokerIm.Tests.Support;
using BrokerIm.Tests.Unit.Gateway.Delivery;
using BrokerIm.Tests.Unit.Gateway.Queries;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace BrokerIm.Tests.Unit.Gateway.Peers;

/// <summary>What goes through at one gateway; between gateways see the flow tests.</summary>
public sealed class PeerModuleTests : IDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly MeterReader _meter = new();
    private readonly ConnectionTable _table = new();
    private readonly PeerRelay _relay;
    private readonly QueryRig _rig;
    private readonly TestSession _sender;
    private readonly TestSession _receiver;

    public PeerModuleTests()
    {
        var metrics = new GatewayMetrics(_meter.Meter);
        var options = new GatewayOptions { PeerCommandsPerSecond = 5 };
        _relay = new(
            _table, new(Options.Create(options), _time), Unused.Instance, Unused.Instance, metrics, _time, NullLogger<PeerRelay>.Instance);
        _rig = new(new PeerModule(_relay, metrics));
        _sender = TestSession.LoggedIn(new(1), _time, _table, options: options);
        _receiver = TestSession.LoggedIn(new(2), _time, _table, options: options);
    }

    public void Dispose()
    {
        _rig.Dispose();
        _relay.Dispose();
        _meter.Dispose();
    }

    [Fact]
    public async Task Excess_is_dropped_until_time_has_passed()
    {
        for (var i = 0; i < 25; i++)
            await SendAsync("typing");
        Assert.Equal(10, _receiver.Received().Count);
        Assert.Equal(15, _meter.Sum("im_frame_rejects_total", "peer_command_rate"));

        _time.Advance(TimeSpan.FromSeconds(1));
        for (var i = 0; i < 25; i++)
            await SendAsync("typing");
        Assert.Equal(5, _receiver.Received().Count);
    }

    [Theory]
    [InlineData(4_096, 1)]
    [InlineData(4_097, 0)]
    public async Task Text_above_4_KiB_is_dropped(int length, int received)
    {
        await SendAsync(new('x', length));

        Assert.Equal(received, _receiver.Received().Count);
        Assert.Equal(1 - received, _meter.Sum("im_frame_rejects_total", "peer_command_size"));
    }

    [Fact]
    public async Task Command_to_oneself_goes_to_the_other_connections_once()
    {
        var phone = TestSession.LoggedIn(new(1), _time, _table, ClientType.Ios);

        await SendAsync("shake", to: 1);

        var command = Assert.Single(phone.Received()).As(Command.P2PCmdMsg, IMP2PCmdMsg.Parser);
        Assert.Equal((1u, 1u, "shake"), (command.FromUserId, command.ToUserId, command.CmdMsgData));
        Assert.Empty(_sender.Received());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(UserId.MaxValue + 1L)]
    public async Task Command_to_what_is_no_user_is_dropped(long to)
    {
        await SendAsync("shake", (uint)to);

        Assert.Empty(_sender.Received());
        Assert.Empty(_receiver.Received());
    }

    private Task SendAsync(string text, uint to = 2) => _rig.AskAsync(
        _sender, Command.P2PCmdMsg, new IMP2PCmdMsg { FromUserId = 77, ToUserId = to, CmdMsgData = text });
}
