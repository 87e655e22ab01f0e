using System.Net;
using System.Threading.Channels;
using BrokerIm.Adapters.Production.RabbitMq;
using BrokerIm.Contracts.Records;
using BrokerIm.Core.Ports;
using BrokerIm.Faults.Proxy;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace BrokerIm.Tests.Conformance;

public sealed class RabbitMqDeliveryBusTests : DeliveryBusConformance, IAsyncDisposable
{
    private readonly RabbitMqDeliverySender _sender;
    private readonly RabbitMqDeliveryReceiver _receiver;

    public RabbitMqDeliveryBusTests() => (_sender, _receiver) = Open(Settings(Service.Address("BROKERIM_TEST_RABBITMQ")));

    protected override IDeliverySender Sender => _sender;

    protected override IDeliveryReceiver Receiver => _receiver;

    protected override IDeliveryReceiver NarrowReceiver
    {
        get
        {
            var settings = Settings(Service.Address("BROKERIM_TEST_RABBITMQ"));
            (settings.QueueLength, settings.Prefetch) = (20, 4);
            return Open(settings).Receiver;
        }
    }

    protected override int ManyBatches => 2_000;

    // What the queue holds plus what was fetched ahead.
    protected override int Bound => 20 + 4;

    [Fact]
    public async Task A_cut_connection_costs_what_was_on_its_way_and_the_queue_comes_back()
    {
        await using var proxy = Proxy();
        var (sender, receiver) = Open(Through(proxy));
        await using var disposing = sender;
        var (gateway, received) = (NewGateway(), Channel.CreateUnbounded<DeliveryBatch>());
        await using var queue = await receiver.SubscribeAsync(
            gateway, (batch, token) => received.Writer.WriteAsync(batch, token), Deadline.Token);
        Assert.True(await sender.SendAsync(gateway, Batch(1), Deadline.Token));
        Assert.Equal(1UL, (await received.Reader.ReadAsync(Deadline.Token)).Partitions[0].Position);

        proxy.Reset();

        await Deadline.UntilAsync(() => Sent(sender.SendAsync(gateway, Batch(2), Deadline.Token)));
        Assert.Equal(2UL, (await received.Reader.ReadAsync(Deadline.Token)).Partitions[0].Position);
    }

    [Fact]
    public async Task A_silent_broker_costs_the_time_out_once_and_then_next_to_nothing()
    {
        await using var proxy = Proxy();
        var settings = Through(proxy);
        var (sender, receiver) = Open(settings);
        await using var disposing = sender;
        var gateway = NewGateway();
        await using var queue = await receiver.SubscribeAsync(gateway, (_, _) => ValueTask.CompletedTask, Deadline.Token);
        Assert.True(await sender.SendAsync(gateway, Batch(1), Deadline.Token));

        proxy.Fault = LinkFault.Blackhole;
        var began = TimeProvider.System.GetTimestamp();
        await Assert.ThrowsAsync<DependencyUnavailableException>(() => sender.SendAsync(gateway, Batch(2), Deadline.Token).AsTask());
        for (var position = 3UL; position < 100; position++)
        {
            await Assert.ThrowsAsync<DependencyUnavailableException>(
                () => sender.SendAsync(gateway, Batch(position), Deadline.Token).AsTask());
        }

        var took = TimeProvider.System.GetElapsedTime(began);
        Assert.InRange(took, settings.ConfirmTimeout * 0.9, settings.ConfirmTimeout * 4);

        proxy.Fault = LinkFault.None;
        await Deadline.UntilAsync(() => Sent(sender.SendAsync(gateway, Batch(100), Deadline.Token)));
    }

    [Fact]
    public async Task A_bus_that_does_not_come_back_by_itself_is_opened_anew()
    {
        await using var proxy = Proxy();
        var log = new TrialLog();
        var options = Options.Create(Through(proxy));
        options.Value.ConfirmTimeout = TimeSpan.FromSeconds(1);
        var buses = new RabbitMqBus(options, NullLoggerFactory.Instance);
        await using var sender = new RabbitMqDeliverySender(buses, options, TimeProvider.System, log);
        var gateway = NewGateway();
        await using var queue = await _receiver.SubscribeAsync(gateway, (_, _) => ValueTask.CompletedTask, Deadline.Token);
        await Deadline.UntilAsync(() => Sent(sender.SendAsync(gateway, Batch(1), Deadline.Token)));

        proxy.Fault = LinkFault.Blackhole;
        await Assert.ThrowsAsync<DependencyUnavailableException>(() => sender.SendAsync(gateway, Batch(2), Deadline.Token).AsTask());
        await log.Failed.WaitAsync(Deadline.Token);
        proxy.Fault = LinkFault.None;

        await Deadline.UntilAsync(() => Sent(sender.SendAsync(gateway, Batch(3), Deadline.Token)));
        Assert.True(log.Trials > 1, "It came back on the bus that had failed.");
    }

    [Fact]
    public async Task Without_a_broker_opening_a_queue_fails_in_time()
    {
        var settings = Settings("amqp://guest:guest@127.0.0.1:1/");
        (settings.OpenTimeout, settings.ConfirmTimeout) = (TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        var (sender, receiver) = Open(settings);
        await using var disposing = sender;

        await Assert.ThrowsAsync<DependencyUnavailableException>(
            () => receiver.SubscribeAsync(NewGateway(), (_, _) => ValueTask.CompletedTask, Deadline.Token));
        await Assert.ThrowsAsync<DependencyUnavailableException>(
            () => sender.SendAsync(NewGateway(), Batch(1), Deadline.Token).AsTask());
    }

    public ValueTask DisposeAsync() => _sender.DisposeAsync();

    private static async Task<bool> Sent(ValueTask<bool> sending)
    {
        try
        {
            return await sending;
        }
        catch (DependencyUnavailableException)
        {
            return false;
        }
    }

    /// <summary>Hears of the trials by which the sender finds out whether the bus is back.</summary>
    private sealed class TrialLog : ILogger<RabbitMqDeliverySender>
    {
        private const int StillLost = 7305;
        private const int Recovered = 7304;

        private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Completes when a trial has failed.</summary>
        public Task Failed => _failed.Task;

        /// <summary>How many it took.</summary>
        public int Trials { get; private set; }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (eventId.Id is not (StillLost or Recovered))
                return;
            Trials++;
            if (eventId.Id == StillLost)
                _failed.TrySetResult();
        }
    }

    private static FaultProxy Proxy()
    {
        var uri = new Uri(Service.Address("BROKERIM_TEST_RABBITMQ"));
        return new(new DnsEndPoint(uri.Host, uri.Port));
    }

    private static RabbitMqOptions Through(FaultProxy proxy)
    {
        var settings = Settings(
            new UriBuilder(Service.Address("BROKERIM_TEST_RABBITMQ")) { Host = "127.0.0.1", Port = proxy.Port }.Uri.ToString());
        settings.ConfirmTimeout = TimeSpan.FromSeconds(2);
        return settings;
    }

    private static RabbitMqOptions Settings(string uri) => new()
    {
        Uri = uri,
        Prefix = "brokerim.test",
        ConfirmTimeout = TimeSpan.FromSeconds(20),
        OpenTimeout = Deadline.Patience,
    };

    private static (RabbitMqDeliverySender Sender, RabbitMqDeliveryReceiver Receiver) Open(RabbitMqOptions settings)
    {
        var options = Options.Create(settings);
        var buses = new RabbitMqBus(options, NullLoggerFactory.Instance);
        return (
            new(buses, options, TimeProvider.System, NullLogger<RabbitMqDeliverySender>.Instance),
            new(buses, options, NullLogger<RabbitMqDeliveryReceiver>.Instance));
    }
}
