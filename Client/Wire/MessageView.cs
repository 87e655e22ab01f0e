using BrokerIm.Contracts.Wire;

namespace BrokerIm.Client.Wire;

/// <summary>An <see cref="IMMsgData"/> read in place: valid as long as the bytes it lies in.</summary>
public readonly ref struct MessageView
{
    // Fields 1 to 6 are required.
    private const uint Required = 0b111_1110;

    /// <summary>Who sent it.</summary>
    public uint FromUserId { get; private init; }

    /// <summary>The receiving user, or the group.</summary>
    public uint ToSessionId { get; private init; }

    /// <summary>Rank in its conversation, from 1.</summary>
    public uint MessageId { get; private init; }

    /// <summary>Unix seconds, server time.</summary>
    public uint CreateTime { get; private init; }

    /// <summary>Kind of message.</summary>
    public MsgType Type { get; private init; }

    /// <summary>Content, as it was sent.</summary>
    public ReadOnlySpan<byte> Data { get; private init; }

    /// <summary>Reads a body; false when it is malformed, lacks a required field or names an unknown type.</summary>
    public static bool TryRead(ReadOnlySpan<byte> body, out MessageView message)
    {
        uint from = 0, to = 0, id = 0, time = 0, type = 0, seen = 0;
        ReadOnlySpan<byte> data = default;
        var fields = new FieldReader(body);
        while (fields.TryNext())
        {
            switch (fields.Field)
            {
                case 1:
                    from = (uint)fields.Number;
                    break;
                case 2:
                    to = (uint)fields.Number;
                    break;
                case 3:
                    id = (uint)fields.Number;
                    break;
                case 4:
                    time = (uint)fields.Number;
                    break;
                case 5:
                    type = (uint)fields.Number;
                    break;
                case 6:
                    data = fields.Bytes;
                    break;
                default:
                    continue;
            }

            seen |= 1u << (int)fields.Field;
        }

        message = new()
        {
            FromUserId = from, ToSessionId = to, MessageId = id, CreateTime = time, Type = (MsgType)type, Data = data,
        };
        return !fields.IsMalformed && seen == Required && type is 0x01 or 0x02 or 0x11 or 0x12;
    }
}
