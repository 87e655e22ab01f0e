using System.Threading.Channels;
using BrokerIm.Contracts.Records;
using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using BrokerIm.Gateway;
using BrokerIm.Gateway.Presence;
using BrokerIm.Gateway.Sessions;
using BrokerIm.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace BrokerIm.Tests.Unit.Gateway;

/// <summary>Two gateways whose signals reach each other in whatever order a test likes.</summary>
public sealed class KicksTests : IAsyncLifetime
{
    private static readonly UserId User = new(7);
    private readonly Gate _one = new("one");
    private readonly Gate _two = new("two");

    public async ValueTask InitializeAsync()
    {
        await _one.StartAsync();
        await _two.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _one.DisposeAsync();
        await _two.DisposeAsync();
    }

    [Theory]
    [InlineData(100, 200)]
    [InlineData(200, 100)]
    [InlineData(100, 100)]
    public async Task Crossing_logins_leave_the_later_one_even_if_its_kick_came_before_the_other_session(long first, long second)
    {
        // The second gateway's kick arrives where nobody is logged in yet, so only an answer can settle it.
        var early = _two.Login(second);
        foreach (var signal in await _two.TakeAsync())
            _one.Kicks.Handle(signal);
        var late = _one.Login(first);

        for (var round = 0; round < 4; round++)
        {
            foreach (var signal in await _one.TakeAsync())
                _two.Kicks.Handle(signal);
            foreach (var signal in await _two.TakeAsync())
                _one.Kicks.Handle(signal);
        }

        var winner = (first > second) ? late : early;
        Assert.True(winner.IsLoggedIn);
        Assert.Equal(SessionState.Kicked, (winner == early ? late : early).State);

        // And it comes to rest.
        Assert.Empty(await _one.TakeAsync());
        Assert.Empty(await _two.TakeAsync());
    }

    [Fact]
    public async Task Kick_of_one_class_leaves_the_other_alone()
    {
        var phone = _one.Login(100, ClientType.Android);
        _two.Login(200, ClientType.Windows);

        foreach (var signal in await _two.TakeAsync())
            _one.Kicks.Handle(signal);

        Assert.True(phone.IsLoggedIn);
    }

    [Fact]
    public async Task PC_that_logs_in_after_the_phone_has_sent_the_PC_away_stays()
    {
        var before = _one.Login(100);
        _two.Kicks.KickPc(User, beforeMs: 150);
        var after = _one.Login(200, settle: false);

        foreach (var signal in await _two.TakeAsync())
            _one.Kicks.Handle(signal);

        Assert.Equal(SessionState.Kicked, before.State);
        Assert.True(after.IsLoggedIn);
    }

    /// <summary>One gateway's kicks, and what it has said.</summary>
    private sealed class Gate : IAsyncDisposable
    {
        private readonly MeterReader _meter = new();
        private readonly ConnectionTable _table = new();
        private readonly Channel<Signal> _said = Channel.CreateUnbounded<Signal>();
        private readonly SignalOutbox _signals;

        public Gate(string id)
        {
            var identity = new GatewayIdentity(Options.Create(new GatewayOptions { Id = id }), TimeProvider.System);
            var metrics = new GatewayMetrics(_meter.Meter);
            _signals = new(new Microphone(_said.Writer), identity, metrics, TimeProvider.System, NullLogger<SignalOutbox>.Instance);
            Kicks = new(_table, identity, _signals, metrics, NullLogger<Kicks>.Instance);
        }

        public Kicks Kicks { get; }

        public Task StartAsync() => _signals.StartAsync(TestContext.Current.CancellationToken);

        public Session Login(long timeMs, ClientType client = ClientType.Windows, bool settle = true)
        {
            var session = new PipeConnection(_table.NextId()).Session;
            session.BeginLogin(User, client, timeMs);
            _table.Claim(session);
            session.CompleteLogin(1, new() { ServerTime = 1, ResultCode = ResultType.Ok });
            if (settle)
                Kicks.SettleRivals(session);
            return session;
        }

        /// <summary>What has been said since the last time: everything in front of a mark.</summary>
        public async Task<IReadOnlyList<Signal>> TakeAsync()
        {
            _signals.Send(new() { Kind = SignalKind.Unspecified });
            var taken = new List<Signal>();
            while (true)
            {
                var signal = await _said.Reader.ReadAsync(TestContext.Current.CancellationToken);
                if (signal.Kind == SignalKind.Unspecified)
                    return taken;
                taken.Add(signal);
            }
        }

        public async ValueTask DisposeAsync()
        {
            await _signals.StopAsync(TestContext.Current.CancellationToken);
            _signals.Dispose();
            _meter.Dispose();
        }
    }

    private sealed class Microphone(ChannelWriter<Signal> said) : IDeliverySender
    {
        public ValueTask<bool> SendAsync(GatewayAddress gateway, DeliveryBatch batch, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public async ValueTask BroadcastAsync(DeliveryBatch batch, CancellationToken cancellationToken)
        {
            foreach (var signal in batch.Signals)
                await said.WriteAsync(signal, cancellationToken);
        }
    }
}
