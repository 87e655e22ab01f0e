using BrokerIm.Core.Values;
using Microsoft.Extensions.Logging;

namespace BrokerIm.Gateway.Delivery;

/// <summary>What is logged on the way out to clients: 22xx.</summary>
internal static partial class DeliveryLog
{
    [LoggerMessage(2201, LogLevel.Information, "Listening for deliveries as {Gateway}")]
    public static partial void Listening(this ILogger log, GatewayAddress gateway);

    [LoggerMessage(2202, LogLevel.Warning, "Nothing was delivered for {Silence}, not even a watermark; is the bus or Deliver down?")]
    public static partial void DeliverySilent(this ILogger log, TimeSpan silence);

    [LoggerMessage(2203, LogLevel.Information, "Deliveries arrive again after {Silence}")]
    public static partial void DeliveryResumed(this ILogger log, TimeSpan silence);

    [LoggerMessage(2204, LogLevel.Warning, "Partition {Partition}: deliveries since {Since} may be missing; the connections are checked")]
    public static partial void ChainBroken(this ILogger log, uint partition, DateTimeOffset since);

    [LoggerMessage(2210, LogLevel.Debug, "Connection {Connection}: {Conversation} lacks {From} to {To}, reading the store")]
    public static partial void GapFilling(this ILogger log, ulong connection, ConversationId conversation, uint from, uint to);

    [LoggerMessage(2211, LogLevel.Warning, "The store has no messages {From} to {To} of {Conversation}, though a later one exists")]
    public static partial void MessagesMissing(this ILogger log, ConversationId conversation, uint from, uint to);

    [LoggerMessage(2212, LogLevel.Warning, "Connection {Connection}: reading missed messages failed, trying again")]
    public static partial void RepairFailed(this ILogger log, ulong connection, Exception exception);

    [LoggerMessage(2213, LogLevel.Warning, "Connection {Connection}: no baseline at login, the check after it will do")]
    public static partial void NoBaseline(this ILogger log, ulong connection, Exception exception);

    [LoggerMessage(2214, LogLevel.Information, "Read large group {Group}: {Members} members, {Sessions} sessions here")]
    public static partial void LargeGroupRead(this ILogger log, uint group, int members, int sessions);

    [LoggerMessage(2215, LogLevel.Warning, "Large group {Group} could not be read, trying again")]
    public static partial void LargeGroupUnread(this ILogger log, uint group, Exception exception);

    [LoggerMessage(2220, LogLevel.Information, "Checked {Users} users in {Elapsed}, started {Repairs} repairs")]
    public static partial void Swept(this ILogger log, int users, TimeSpan elapsed, int repairs);

    [LoggerMessage(2221, LogLevel.Warning, "The check of all connections failed, trying again")]
    public static partial void SweepFailed(this ILogger log, Exception exception);
}
