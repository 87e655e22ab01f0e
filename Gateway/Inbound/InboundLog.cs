using BrokerIm.Core.Values;
using Microsoft.Extensions.Logging;

namespace BrokerIm.Gateway.Inbound;

/// <summary>What is logged on the way into the log: 21xx.</summary>
internal static partial class InboundLog
{
    [LoggerMessage(2101, LogLevel.Debug, "Connection {Connection}: dropped, {Reason}")]
    public static partial void Dropped(this ILogger log, ulong connection, DropReason reason);

    [LoggerMessage(2102, LogLevel.Debug, "Connection {Connection}: client id of {Bytes} bytes, dropped")]
    public static partial void ClientIdMalformed(this ILogger log, ulong connection, int bytes);

    [LoggerMessage(2103, LogLevel.Debug, "Connection {Connection}: client id is {AheadMs} ms ahead, refused")]
    public static partial void ClockRefused(this ILogger log, ulong connection, long aheadMs);

    [LoggerMessage(2104, LogLevel.Debug, "Connection {Connection}: sequence {Sequence} again, known as {Id}")]
    public static partial void Resent(this ILogger log, ulong connection, ushort sequence, ClientMessageId id);

    [LoggerMessage(2110, LogLevel.Warning, "Partition {Partition}: the log did not take {Entries} entries, try {Attempt}; trying again")]
    public static partial void PublishFailed(this ILogger log, int partition, int entries, int attempt, Exception exception);

    [LoggerMessage(2111, LogLevel.Error, "Partition {Partition}: outcome of {Entries} entries is unknown after {Waited}")]
    public static partial void OutcomeUnknown(this ILogger log, int partition, int entries, TimeSpan waited);

    [LoggerMessage(2112, LogLevel.Information, "Lanes are open for {Partitions} partitions")]
    public static partial void LanesOpen(this ILogger log, int partitions);
}
