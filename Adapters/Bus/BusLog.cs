using Microsoft.Extensions.Logging;

namespace BrokerIm.Adapters.Bus;

internal static partial class BusLog
{
    [LoggerMessage(7001, LogLevel.Error, "The handler of deliveries failed; {Partitions} parts and {Signals} signals are lost")]
    public static partial void HandlerFailed(this ILogger log, Exception exception, int partitions, int signals);

    [LoggerMessage(7002, LogLevel.Error, "A bus message of {Bytes} bytes is not a delivery and was dropped")]
    public static partial void Unreadable(this ILogger log, Exception exception, int bytes);
}
