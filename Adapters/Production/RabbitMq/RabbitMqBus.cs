using BrokerIm.Adapters.Bus;
using MassTransit;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace BrokerIm.Adapters.Production.RabbitMq;

/// <summary>Makes buses on RabbitMQ, each with a connection of its own: a blocked sender must not stop its own receiving.</summary>
internal sealed class RabbitMqBus(IOptions<RabbitMqOptions> options, ILoggerFactory loggers)
{
    public static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Direct exchange for single gateways; the routing key is the gateway's address.</summary>
    public string Deliveries { get; } = $"{options.Value.Prefix}.delivery";

    /// <summary>Fan-out exchange for news to all gateways and Deliver workers.</summary>
    public string Gateways { get; } = $"{options.Value.Prefix}.gateways";

    public IBusControl Create(string name, Action<IRabbitMqBusFactoryConfigurator> configure)
    {
        LogContext.ConfigureCurrentLogContext(loggers);
        return MassTransit.Bus.Factory.CreateUsingRabbitMq(bus =>
        {
            bus.Host(Host(), host =>
            {
                host.ConnectionName(name);
                host.Username(UserInfo(0));
                host.Password(UserInfo(1));
                host.Heartbeat(options.Value.Heartbeat);
                host.RequestedConnectionTimeout(options.Value.OpenTimeout);
                host.PublisherConfirmation = true;
            });
            bus.CarryDeliveries();
            configure(bus);
        });
    }

    private Uri Host() => new UriBuilder(options.Value.Uri) { UserName = "", Password = "" }.Uri;

    private string UserInfo(int part)
    {
        var parts = new Uri(options.Value.Uri).UserInfo.Split(':', 2);
        return part < parts.Length && parts[part].Length > 0 ? Uri.UnescapeDataString(parts[part]) : "guest";
    }
}
