using Microsoft.Extensions.Logging;

namespace BrokerIm.Server;

internal static partial class ServerLog
{
    [LoggerMessage(8001, LogLevel.Information, "{Role} is running; admin on {Urls}")]
    public static partial void RoleStarted(this ILogger log, string role, string urls);
}
