using Microsoft.Extensions.Logging;

namespace BrokerIm.Gateway;

/// <summary>What the gateway logs: 20xx connections and logins.</summary>
internal static partial class GatewayLog
{
    [LoggerMessage(2001, LogLevel.Debug, "Connection {Connection}: command {Command:x4} does not parse and is dropped")]
    public static partial void CommandUnparsable(this ILogger log, ulong connection, ushort command);
}
