using BrokerIm.Core.Values;
using Microsoft.Extensions.Logging;

namespace BrokerIm.Workers.Persist;

internal static partial class PersistLog
{
    [LoggerMessage(3001, LogLevel.Debug, "{Entries} entries, {Messages} messages stored in {Milliseconds:F1} ms")]
    public static partial void BatchStored(this ILogger log, int entries, int messages, double milliseconds);

    [LoggerMessage(3002, LogLevel.Critical, "Skipped for good: {Position}, {Reason}; the original is in the dead letters")]
    public static partial void Skipped(this ILogger log, LogPosition position, string reason);

    [LoggerMessage(3003, LogLevel.Error, "{Conversation}: message {MessageId}, to be erased at {Position}, is not in the store any more")]
    public static partial void MissingErased(this ILogger log, ConversationId conversation, uint messageId, LogPosition position);
}
