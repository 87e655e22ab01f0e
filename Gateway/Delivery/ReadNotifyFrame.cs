using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Values;

namespace BrokerIm.Gateway.Delivery;

/// <summary>Tells a reader's other connections how far he has read: <see cref="IMMsgDataReadNotify"/>, sequence 0.</summary>
internal static class ReadNotifyFrame
{
    /// <summary>No notify is longer than this.</summary>
    public const int MaxBytes = FrameHeader.Size + 32;

    /// <summary>Writes the whole frame into <paramref name="destination"/> and returns its length.</summary>
    public static int Write(Span<byte> destination, UserId reader, ConversationId conversation, uint readId)
    {
        var body = new BodyWriter(destination[FrameHeader.Size..]);
        body.Number(IMMsgDataReadNotify.UserIdFieldNumber, reader.Value);
        body.Number(IMMsgDataReadNotify.SessionIdFieldNumber, SessionIds.SessionOf(conversation, reader));
        body.Number(IMMsgDataReadNotify.MsgIdFieldNumber, readId);
        body.Number(IMMsgDataReadNotify.SessionTypeFieldNumber, (ulong)SessionIds.TypeOf(conversation));

        FrameHeader.For(Command.MsgDataReadNotify, body.Length, sequence: 0).Write(destination);
        return FrameHeader.Size + body.Length;
    }
}
