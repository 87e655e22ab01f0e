using BrokerIm.Contracts.Wire;

namespace BrokerIm.Client.Wire;

/// <summary>An <see cref="IMMsgDataAck"/> from the server.</summary>
/// <param name="SessionId">The user or group the message was sent to.</param>
/// <param name="SessionType">Which of the two.</param>
/// <param name="MessageId">Rank given to the message; 0 when there is none.</param>
/// <param name="SendId">The send that is answered; null from a server that knows no such ids.</param>
/// <param name="Status">Outcome; a server without outcomes acks only what it stored.</param>
/// <param name="ServerTimeMs">The server's clock in Unix milliseconds, 0 when not told.</param>
/// <param name="RetryAfterMs">When a message that was turned away may come again, in milliseconds; 0 when not told.</param>
public readonly record struct MessageAck(
    uint SessionId, SessionType SessionType, uint MessageId, SendId? SendId, SendStatus Status, ulong ServerTimeMs,
    uint RetryAfterMs = 0)
{
    // Fields 1 to 4 are required.
    private const uint Required = 0b1_1110;

    /// <summary>Reads a body; false when it is malformed or lacks a required field.</summary>
    public static bool TryRead(ReadOnlySpan<byte> body, out MessageAck ack)
    {
        uint session = 0, id = 0, type = 0, status = 0, retryAfter = 0, seen = 0;
        ulong time = 0;
        SendId? sendId = null;
        var fields = new FieldReader(body);
        while (fields.TryNext())
        {
            switch (fields.Field)
            {
                case 2:
                    session = (uint)fields.Number;
                    break;
                case 3:
                    id = (uint)fields.Number;
                    break;
                case 4:
                    type = (uint)fields.Number;
                    break;
                case 21:
                    sendId = Client.SendId.TryRead(fields.Bytes, out var read) ? read : null;
                    break;
                case 22:
                    status = (uint)fields.Number;
                    break;
                case 23:
                    time = fields.Number;
                    break;
                case 24:
                    retryAfter = (uint)fields.Number;
                    break;
            }

            if (fields.Field is >= 1 and <= 4)
                seen |= 1u << (int)fields.Field;
        }

        ack = new(session, (SessionType)type, id, sendId, (SendStatus)status, time, retryAfter);
        return !fields.IsMalformed && seen == Required;
    }
}
