using BrokerIm.Contracts.Records;
using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Values;
using BrokerIm.Gateway.Sessions;
using DeliveryItem = BrokerIm.Contracts.Records.Delivery;

namespace BrokerIm.Gateway.Delivery;

/// <summary>Writes deliveries to one connection, in order and without holes. Whoever writes flushes when he is through.</summary>
internal sealed class SessionFeed(GapFiller gaps, Sweeper sweeper, TimeProvider time, DeliveryMetrics metrics)
{
    /// <summary>Writes a message if it is the next one; otherwise drops a repeat or has a gap filled.</summary>
    /// <param name="session">To whom.</param>
    /// <param name="conversation">Conversation of the message.</param>
    /// <param name="messageId">Its id.</param>
    /// <param name="header">Header of the frame, sequence 0.</param>
    /// <param name="body">The message.</param>
    public void Push(
        Session session, ConversationId conversation, uint messageId, ReadOnlySpan<byte> header, ReadOnlySpan<byte> body)
    {
        CursorStep step;
        lock (session.Cursor.Gate)
        {
            step = session.Cursor.Offer(conversation, messageId, sweeper.IsDone);
            if (step == CursorStep.Push)
                session.WriteParts(header, body);
        }

        if (step == CursorStep.Push)
            metrics.Pushed(1);
        else
            Follow(step, session, conversation);
    }

    /// <summary>Answers a send of this session, and never pushes the answered message to it.</summary>
    /// <returns>Whether anything was written.</returns>
    public bool Acknowledge(Session session, DeliveryItem ack)
    {
        var conversation = new ConversationId(ack.Relation);
        var stored = ack.Outcome is SendOutcome.Stored or SendOutcome.Duplicate;

        // One gate for the answer and the cursor: a fill may come across the same message and answer it.
        bool written;
        var step = CursorStep.Nothing;
        lock (session.Cursor.Gate)
        {
            written = Answer(session, conversation, ack, stored);
            if (stored)
                step = session.Cursor.Acknowledge(conversation, ack.MessageId, sweeper.IsDone);
        }

        Follow(step, session, conversation);
        return written;
    }

    private bool Answer(Session session, ConversationId conversation, DeliveryItem ack, bool stored)
    {
        ClientMessageId? id = ClientMessageId.TryRead(ack.ClientMessageId.Span, out var given) ? given : null;
        var sent = session.Sends?.Sent.Find((ushort)ack.Sequence, id);

        // An old client takes every answer for "stored".
        var due = sent is not { Answered: true } && (stored || id is not null);
        if (due)
            Write(session, conversation, ack);

        // A record that is in the log twice may be refused first and stored then, when its sender has come back to the group in between.
        if (stored)
            session.Sends?.Sent.MarkAnswered((ushort)ack.Sequence, id);
        else if (due)
            session.Sends?.Sent.GiveUp((ushort)ack.Sequence, id);
        if (id is { } named)
            session.Sends?.TurnedAway.Remove(conversation, named);
        if (due && sent is { } known)
            metrics.Acknowledged(time.GetElapsedTime(known.ReceivedAt));
        return due;
    }

    private static void Write(Session session, ConversationId conversation, DeliveryItem ack)
    {
        Span<byte> frame = stackalloc byte[AckFrame.MaxBytes];
        var length = new AckFrame
        {
            Sender = session.User,
            Conversation = conversation,
            MessageId = ack.MessageId,
            Sequence = (ushort)ack.Sequence,
            ClientMessageId = ack.ClientMessageId.Span,
            Status = (SendStatus)ack.Outcome,
        }.Write(frame);
        session.Write(frame[..length]);
    }

    private void Follow(CursorStep step, Session session, ConversationId conversation)
    {
        if (step == CursorStep.Fill)
            metrics.GapFound();
        if (step is CursorStep.Fill or CursorStep.LookBelow)
            gaps.Fill(session, conversation);
    }
}
