using BrokerIm.Client.Wire;
using Google.Protobuf;

namespace BrokerIm.Client.Sessions;

/// <summary>A query that waits for its answer.</summary>
internal abstract class PendingRequest(ushort replyCommand)
{
    /// <summary>The command of the answer; the same sequence with another command is not it.</summary>
    public ushort ReplyCommand { get; } = replyCommand;

    /// <summary>The answer has come.</summary>
    /// <returns>It, unless it cannot be read.</returns>
    public abstract IMessage? Complete(ReadOnlySpan<byte> body);

    /// <summary>It will not come.</summary>
    public abstract void Fail(Exception reason);
}

/// <inheritdoc/>
internal sealed class PendingRequest<T>(ushort replyCommand, MessageParser<T> parser) : PendingRequest(replyCommand)
    where T : IMessage<T>
{
    private readonly TaskCompletionSource<T> _reply = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<T> Reply => _reply.Task;

    public override IMessage? Complete(ReadOnlySpan<byte> body)
    {
        try
        {
            var reply = PduBody.Parse(parser, body);
            _reply.TrySetResult(reply);
            return reply;
        }
        catch (Exception exception) when (exception is InvalidProtocolBufferException or InvalidDataException)
        {
            _reply.TrySetException(new ImProtocolException("The server's answer cannot be read.", exception));
            return null;
        }
    }

    public override void Fail(Exception reason) => _reply.TrySetException(reason);
}
