using System.Net;
using BrokerIm.Core.Values;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace BrokerIm.Adapters.Production;

internal static partial class ProductionLog
{
    [LoggerMessage(7301, LogLevel.Information, "Queue {Queue} is open")]
    public static partial void QueueOpened(this ILogger log, string queue);

    [LoggerMessage(7302, LogLevel.Information, "Queue {Queue} is closed")]
    public static partial void QueueClosed(this ILogger log, string queue);

    [LoggerMessage(7303, LogLevel.Warning, "RabbitMQ does not confirm; deliveries are given up, one tried every {Pause}")]
    public static partial void BusLost(this ILogger log, TimeSpan pause, Exception exception);

    [LoggerMessage(7304, LogLevel.Information, "RabbitMQ confirms again")]
    public static partial void BusRecovered(this ILogger log);

    [LoggerMessage(7401, LogLevel.Warning, "Redis {EndPoint} is lost: {Failure}")]
    public static partial void RedisLost(this ILogger log, EndPoint endPoint, ConnectionFailureType failure);

    [LoggerMessage(7402, LogLevel.Information, "Redis {EndPoint} is back")]
    public static partial void RedisBack(this ILogger log, EndPoint endPoint);

    [LoggerMessage(7403, LogLevel.Error, "Another process (incarnation {Holder}) runs under the id of gateway {Gateway}; ours counts no more")]
    public static partial void GatewayIdTaken(this ILogger log, GatewayAddress gateway, string holder);

    [LoggerMessage(7404, LogLevel.Information, "Gateway {Gateway} is to announce its connections to Redis {RunId}")]
    public static partial void PresenceToBeAnnounced(this ILogger log, GatewayAddress gateway, string runId);
}
