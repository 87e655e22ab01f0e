using BrokerIm.Core.Values;
using Microsoft.Extensions.Logging;

namespace BrokerIm.Workers.Deliver;

internal static partial class DeliverLog
{
    [LoggerMessage(4001, LogLevel.Debug, "{Partitions} partitions, {Items} deliveries sent")]
    public static partial void BatchDelivered(this ILogger log, int partitions, int items);

    [LoggerMessage(4002, LogLevel.Warning, "Who is where cannot be found out; {Events} events' pushes are left to the gateways to find")]
    public static partial void WhereaboutsUnavailable(this ILogger log, int events, Exception exception);

    [LoggerMessage(4003, LogLevel.Information, "Gateway {Gateway} is gone; {Batches} bus messages dropped")]
    public static partial void GatewayGone(this ILogger log, GatewayAddress gateway, int batches);

    [LoggerMessage(4004, LogLevel.Warning, "The bus to {Gateway} is unavailable; {Batches} bus messages left for it to find")]
    public static partial void BusUnavailable(this ILogger log, GatewayAddress gateway, int batches, Exception exception);

    [LoggerMessage(4005, LogLevel.Warning, "No watermarks this time")]
    public static partial void NoWatermarks(this ILogger log, Exception exception);

    [LoggerMessage(4006, LogLevel.Critical, "Outbound record {Partition}/{Offset} does not parse; it is in the dead letters")]
    public static partial void SetAside(this ILogger log, int partition, long offset);
}
