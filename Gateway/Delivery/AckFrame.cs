using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Values;

namespace BrokerIm.Gateway.Delivery;

/// <summary>The answer to a send, <see cref="IMMsgDataAck"/>, encoded by hand: every message needs one.</summary>
internal readonly ref struct AckFrame
{
    /// <summary>No ack is longer than this.</summary>
    public const int MaxBytes = FrameHeader.Size + 88;

    /// <summary>Who is answered.</summary>
    public required UserId Sender { get; init; }

    /// <summary>Conversation of the message.</summary>
    public required ConversationId Conversation { get; init; }

    /// <summary>The message's id; 0 when it was not stored.</summary>
    public required uint MessageId { get; init; }

    /// <summary>Sequence of the request.</summary>
    public required ushort Sequence { get; init; }

    /// <summary>Id the client gave the message. Empty: an old client, whose ack has neither this nor an outcome.</summary>
    public ReadOnlySpan<byte> ClientMessageId { get; init; }

    /// <summary>Outcome, for a client that gave an id.</summary>
    public SendStatus Status { get; init; }

    /// <summary>Server clock for a client whose clock was refused; 0 leaves the field out.</summary>
    public long ServerTimeMs { get; init; }

    /// <summary>When a message that was turned away may come again; 0 leaves the field out.</summary>
    public uint RetryAfterMs { get; init; }

    /// <summary>Writes the whole frame.</summary>
    /// <param name="destination">At least <see cref="MaxBytes"/>.</param>
    /// <returns>Bytes written.</returns>
    public int Write(Span<byte> destination)
    {
        var body = new BodyWriter(destination[FrameHeader.Size..]);
        body.Number(IMMsgDataAck.UserIdFieldNumber, Sender.Value);
        body.Number(IMMsgDataAck.SessionIdFieldNumber, SessionIds.SessionOf(Conversation, Sender));
        body.Number(IMMsgDataAck.MsgIdFieldNumber, MessageId);
        body.Number(IMMsgDataAck.SessionTypeFieldNumber, (ulong)SessionIds.TypeOf(Conversation));

        if (!ClientMessageId.IsEmpty)
        {
            body.Bytes(IMMsgDataAck.ClientMsgIdFieldNumber, ClientMessageId);
            body.Number(IMMsgDataAck.SendStatusFieldNumber, (ulong)Status);
            if (ServerTimeMs != 0)
                body.Number(IMMsgDataAck.ServerTimeMsFieldNumber, (ulong)ServerTimeMs);
            if (RetryAfterMs != 0)
                body.Number(IMMsgDataAck.RetryAfterMsFieldNumber, RetryAfterMs);
        }

        FrameHeader.For(Command.MsgDataAck, body.Length, Sequence).Write(destination);
        return FrameHeader.Size + body.Length;
    }
}
