using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Ports;
using Google.Protobuf;

namespace BrokerIm.Gateway.Queries;

/// <summary>What clients are shown of a stored message.</summary>
internal static class MessageContent
{
    private static readonly MessageParser<IMMsgData> s_parser = IMMsgData.Parser.WithDiscardUnknownFields(true);

    /// <summary>The content as it was sent, empty when it was erased, or null when it cannot be read any more.</summary>
    public static ByteString? DataOf(StoredMessage message)
    {
        try
        {
            var body = s_parser.ParseFrom(message.Body.Span);
            return body.HasMsgData ? body.MsgData : null;
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    /// <summary>A row of a history reply, or null when the content cannot be read.</summary>
    public static MsgInfo? InfoOf(StoredMessage message) => DataOf(message) is { } data
        ? new MsgInfo
        {
            MsgId = message.MessageId,
            FromSessionId = message.Meta.Sender,
            CreateTime = (uint)(message.Meta.TimeMs / 1000),
            MsgType = (MsgType)message.Meta.MessageType,
            MsgData = data,
        }
        : null;
}
