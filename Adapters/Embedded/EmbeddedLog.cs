using Microsoft.Extensions.Logging;

namespace BrokerIm.Adapters.Embedded;

internal static partial class EmbeddedLog
{
    [LoggerMessage(7101, LogLevel.Information, "Database {Path}: found schema version {Found}, now {Version}")]
    public static partial void DatabaseReady(this ILogger log, string path, int found, int version);

    [LoggerMessage(7102, LogLevel.Error, "A commit of {Jobs} writes failed; they are told so and the database is opened anew")]
    public static partial void CommitFailed(this ILogger log, int jobs, Exception exception);

    [LoggerMessage(7103, LogLevel.Warning, "One of {Jobs} writes is at fault; they are run again one by one")]
    public static partial void GroupRepeated(this ILogger log, int jobs, Exception exception);

    [LoggerMessage(7104, LogLevel.Warning, "A commit of {Jobs} writes took {Seconds:F1} s")]
    public static partial void SlowCommit(this ILogger log, int jobs, double seconds);

    [LoggerMessage(7105, LogLevel.Warning, "The write-ahead log could not be moved into the database and will be tried again")]
    public static partial void CheckpointFailed(this ILogger log, Exception exception);

    [LoggerMessage(7106, LogLevel.Information, "The outbound log holds offsets {Next} to {Last} that were not delivered")]
    public static partial void BacklogFound(this ILogger log, long next, long last);

    [LoggerMessage(7107, LogLevel.Debug, "The outbound reader is behind; from offset {Offset} on it reads from disk")]
    public static partial void ReadingFromDisk(this ILogger log, long offset);
}
