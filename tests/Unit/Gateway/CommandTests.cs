using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using BrokerIm.Gateway;
using BrokerIm.Gateway.Commands;
using BrokerIm.Gateway.Sessions;
using BrokerIm.Tests.Support;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace BrokerIm.Tests.Unit.Gateway;

/// <summary>What reaches a handler, and when.</summary>
public sealed class CommandTests : IDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly MeterReader _meter = new();

    public void Dispose() => _meter.Dispose();

    [Theory]
    [InlineData((int)SessionType.Single, true)]
    [InlineData((int)SessionType.Group, true)]
    [InlineData(0, false)]
    [InlineData(3, false)]
    [InlineData(-1, false)]
    public async Task Unknown_number_in_a_required_enum_makes_the_message_unparsable(int type, bool parses)
    {
        var handled = 0;
        var dispatcher = Dispatcher(table => table.Map<IMRemoveSessionReq>(Command.RemoveSessionReq, (_, _, _, _) =>
        {
            handled++;
            return default;
        }));

        var body = new IMRemoveSessionReq { UserId = 1, SessionType = (SessionType)type, SessionId = 2 }.ToByteArray();
        await dispatcher.DispatchAsync(LoggedIn(), FrameHeader.For(Command.RemoveSessionReq, body.Length, 1), new(body));

        Assert.Equal(parses ? 1 : 0, handled);
        Assert.Equal(parses ? 0 : 1, _meter.Sum("im_frame_rejects_total", "unparsable"));
    }

    [Fact]
    public async Task Unknown_number_in_an_optional_enum_does_not_matter()
    {
        IMDeviceTokenReq? seen = null;
        var dispatcher = Dispatcher(table => table.Map<IMDeviceTokenReq>(Command.DeviceTokenReq, (_, _, request, _) =>
        {
            seen = request;
            return default;
        }));

        var body = new IMDeviceTokenReq { UserId = 1, DeviceToken = "t", ClientType = (ClientType)0x77 }.ToByteArray();
        await dispatcher.DispatchAsync(LoggedIn(), FrameHeader.For(Command.DeviceTokenReq, body.Length, 1), new(body));

        Assert.Equal("t", seen?.DeviceToken);
    }

    [Fact]
    public void Two_modules_cannot_have_one_command() => Assert.Throws<ArgumentException>(() => Dispatcher(table =>
    {
        table.Map(Command.MsgData, (_, _, _, _) => default);
        table.Map(Command.MsgData, (_, _, _, _) => default);
    }));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Service_that_is_away_leaves_the_command_unanswered_and_the_session_alive(bool later)
    {
        var dispatcher = Dispatcher(table => table.Map(Command.MsgDataReadAck, async (_, _, _, _) =>
        {
            if (later)
                await Task.Yield();
            throw new DependencyUnavailableException("away");
        }));

        var session = LoggedIn();
        await dispatcher.DispatchAsync(session, FrameHeader.For(Command.MsgDataReadAck, 0, 1), default);

        Assert.True(session.IsLoggedIn);
    }

    [Fact]
    public async Task Messages_beyond_the_burst_wait_for_their_second_and_other_commands_do_not()
    {
        var (messages, heartbeats) = (0, 0);
        var dispatcher = Dispatcher(table =>
        {
            table.Map(Command.MsgData, (_, _, _, _) => { messages++; return default; });
            table.Map(Command.Heartbeat, (_, _, _, _) => { heartbeats++; return default; });
        });
        var session = LoggedIn();
        ValueTask SendAsync(ushort command) => dispatcher.DispatchAsync(session, FrameHeader.For(command, 0, 1), default);

        // Twenty a second, and a burst of twice as many.
        for (var sent = 0; sent < 40; sent++)
            await SendAsync(Command.MsgData);
        Assert.Equal(40, messages);

        var next = SendAsync(Command.MsgData).AsTask();
        Assert.False(next.IsCompleted);
        await SendAsync(Command.Heartbeat);
        Assert.Equal((40, 1), (messages, heartbeats));

        _time.Advance(TimeSpan.FromMilliseconds(50));
        await next;
        Assert.Equal(41, messages);
        Assert.Equal(1, _meter.Sum("im_messages_slowed_total"));

        _time.Advance(TimeSpan.FromSeconds(1));
        for (var sent = 0; sent < 20; sent++)
            await SendAsync(Command.MsgData);
        Assert.Equal(61, messages);
        Assert.Equal(1, _meter.Sum("im_messages_slowed_total"));
    }

    [Fact]
    public async Task Sessions_of_a_user_share_his_rate()
    {
        var messages = 0;
        var dispatcher = Dispatcher(table => table.Map(Command.MsgData, (_, _, _, _) => { messages++; return default; }));
        var rate = MessageRate.OrNull(new GatewayOptions().UserMessageRate, _time);
        var sessions = Enumerable.Range(0, 3).Select(_ => LoggedIn()).ToList();
        sessions.ForEach(session => session.UserRate = rate);

        // Each alone may send forty at once, and all together eighty.
        var waiting = new List<Task>();
        for (var sent = 0; sent < 81; sent++)
            waiting.Add(dispatcher.DispatchAsync(sessions[sent % 3], FrameHeader.For(Command.MsgData, 0, 1), default).AsTask());

        Assert.Equal(80, messages);
        _time.Advance(TimeSpan.FromMilliseconds(25));
        await Task.WhenAll(waiting);
        Assert.Equal(81, messages);
    }

    [Fact]
    public async Task Commands_of_any_kind_have_a_rate_too()
    {
        var heartbeats = 0;
        var dispatcher = Dispatcher(table => table.Map(Command.Heartbeat, (_, _, _, _) => { heartbeats++; return default; }));
        var session = LoggedIn();
        for (var sent = 0; sent < 2_000; sent++)
            await dispatcher.DispatchAsync(session, FrameHeader.For(Command.Heartbeat, 0, 1), default);

        var next = dispatcher.DispatchAsync(session, FrameHeader.For(Command.Heartbeat, 0, 1), default).AsTask();
        Assert.Equal((2_000, false), (heartbeats, next.IsCompleted));
        _time.Advance(TimeSpan.FromMilliseconds(1));
        await next;
    }

    [Fact]
    public async Task Message_that_waits_for_its_turn_is_dropped_with_its_session()
    {
        var messages = 0;
        var dispatcher = Dispatcher(table => table.Map(Command.MsgData, (_, _, _, _) => { messages++; return default; }));
        var session = LoggedIn();
        for (var sent = 0; sent < 40; sent++)
            await dispatcher.DispatchAsync(session, FrameHeader.For(Command.MsgData, 0, 1), default);

        var next = dispatcher.DispatchAsync(session, FrameHeader.For(Command.MsgData, 0, 1), default).AsTask();
        session.Close(CloseReason.PeerClosed);

        await next;
        Assert.Equal(40, messages);
    }

    private CommandDispatcher Dispatcher(Action<CommandTable> register)
    {
        var metrics = new GatewayMetrics(_meter.Meter);
        var table = new CommandTable([new Module(register)], Options.Create(new GatewayOptions()), metrics, NullLogger<CommandTable>.Instance);
        return new(table, Options.Create(new GatewayOptions()), metrics, _time, NullLogger<CommandDispatcher>.Instance);
    }

    private Session LoggedIn()
    {
        var session = new PipeConnection(time: _time).Session;
        session.BeginLogin(new UserId(1), ClientType.Windows, 1);
        session.CompleteLogin(1, new() { ServerTime = 1, ResultCode = ResultType.Ok });
        return session;
    }

    private sealed class Module(Action<CommandTable> register) : ICommandModule
    {
        public void Register(CommandTable table) => register(table);
    }
}
