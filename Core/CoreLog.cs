using Microsoft.Extensions.Logging;

namespace BrokerIm.Core;

internal static partial class CoreLog
{
    [LoggerMessage(1001, LogLevel.Information, "Reading {Record} records")]
    public static partial void PumpStarted(this ILogger log, string record);

    [LoggerMessage(1002, LogLevel.Warning, "{What} failed (attempt {Attempt}), again in {Delay}")]
    public static partial void Repeating(this ILogger log, string what, int attempt, TimeSpan delay, Exception exception);
}
