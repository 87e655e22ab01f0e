using BrokerIm.Contracts.Wire;

namespace BrokerIm.Client;

/// <summary>Base of what the client reports; bad arguments and time-outs are reported as everywhere in .NET.</summary>
public abstract class ImException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>No server could be reached, or it was lost while it was asked.</summary>
public sealed class ImConnectionException(string message, Exception? inner = null) : ImException(message, inner);

/// <summary>The server said something that makes no sense.</summary>
public sealed class ImProtocolException(string message, Exception? inner = null) : ImException(message, inner);

/// <summary>The client has ended for good: disposed, logged out, kicked, or refused when it came back.</summary>
public sealed class ImClosedException(string message, Exception? inner = null) : ImException(message, inner);

/// <summary>The server did not let the user in.</summary>
public sealed class LoginRefusedException(ResultType result, string text, TimeSpan retryAfter = default)
    : ImException(text.Length > 0 ? $"Login refused: {text}" : $"Login refused: {result}.")
{
    /// <summary>Why; see protocol chapter 02 section 2.1.</summary>
    public ResultType Result { get; } = result;

    /// <summary>When the server wants to be asked again; zero when it did not say.</summary>
    public TimeSpan RetryAfter { get; } = retryAfter;

    /// <summary>Whether asking again may help: the server was not ready, rather than the user not welcome.</summary>
    public bool IsTransient => Result is not (ResultType.ValidationFailed or ResultType.VersionTooOld);
}

/// <summary>The server answered that it will not do what it was asked: not allowed, not known to it, or nothing to change.</summary>
/// <param name="what">What it was asked, as in "refused to ...".</param>
/// <param name="result">The answer's result code; see the chapter of the command.</param>
public sealed class RequestRefusedException(string what, uint result)
    : ImException($"The server refused to {what}: result {result}.")
{
    /// <summary>The answer's result code; servers know only 1.</summary>
    public uint Result { get; } = result;
}

/// <summary>A message was not stored, or nobody can say whether it was.</summary>
public abstract class SendException(SendId sendId, string message) : ImException(message)
{
    /// <summary>The id under which it was sent.</summary>
    public SendId SendId { get; } = sendId;
}

/// <summary>The server will not store this message: not allowed, or no such receiver.</summary>
public sealed class SendRefusedException(SendId sendId)
    : SendException(sendId, "The server refused the message.");

/// <summary>
/// The message is too old to tell whether it was stored already. Look at the conversation; when it is not there, send it anew.
/// </summary>
public sealed class SendStaleException(SendId sendId)
    : SendException(sendId, "The message is too old for the server to tell whether it has it already.");

/// <summary>Another message was stored under the same id.</summary>
public sealed class SendConflictException(SendId sendId, uint messageId)
    : SendException(sendId, $"The send id names another message already, number {messageId} of the conversation.")
{
    /// <summary>Rank of that other message.</summary>
    public uint MessageId { get; } = messageId;
}

/// <summary>The server kept taking the time inside the id for the future, corrections notwithstanding.</summary>
public sealed class SendClockException(SendId sendId)
    : SendException(sendId, "The server and the client do not agree about the time.");

/// <summary>
/// No answer after all attempts: the message may be stored or not. Sending it again with the same <see cref="SendException.SendId"/>
/// stores it at most once.
/// </summary>
public sealed class SendUnknownException(SendId sendId, int attempts)
    : SendException(sendId, $"No answer after {attempts} attempts; the message may be stored or not.")
{
    /// <summary>How often it was put on the wire.</summary>
    public int Attempts { get; } = attempts;
}
