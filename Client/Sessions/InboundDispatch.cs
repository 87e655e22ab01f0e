using BrokerIm.Client.Events;
using BrokerIm.Client.Wire;
using BrokerIm.Contracts.Wire;
using Google.Protobuf;

namespace BrokerIm.Client.Sessions;

/// <summary>Takes what the server sends unasked to where it belongs. What cannot be read is dropped, as the protocol has it.</summary>
internal sealed class InboundDispatch(ConnectionKeeper keeper, ConversationTable conversations) : ISessionEvents
{
    // Used by one receiving loop at a time: a session ends before the next begins.
    private readonly List<ImEvent> _raw = [];

    public void OnAck(ImSession session, ushort sequence, in MessageAck ack) => keeper.Sends.OnAck(session, sequence, ack);

    public void OnMessage(ImSession session, in MessageView message)
    {
        if (session.Self == 0 || message.MessageId == 0)
            return;

        var isGroup = message.Type is MsgType.GroupText or MsgType.GroupAudio;
        var received = new ChatMessage(
            new(isGroup || message.FromUserId == session.Self ? message.ToSessionId : message.FromUserId, isGroup),
            message.MessageId,
            message.FromUserId,
            message.CreateTime,
            message.Type,
            message.Data.ToArray(),
            keeper.Options.TextCipher);

        if (keeper.Options.RawEvents)
            _raw.Add(new MessageReceived(received));
        else
            conversations.Saw(received);
    }

    public void OnPush(ImSession session, ushort command, ReadOnlySpan<byte> body)
    {
        try
        {
            if (NoticeReader.Read(command, body, session.Self) is { } notice)
                keeper.Pump.Notify(notice);
            if (command == Command.KickUser)
                EndKicked(session);
        }
        catch (Exception exception) when (exception is InvalidProtocolBufferException or InvalidDataException)
        {
            // Chapter 01 section 3: what does not parse is ignored, the connection stays.
        }
    }

    public async ValueTask OnBatchAsync(ImSession session)
    {
        // Answers may have made room for messages that waited.
        session.Flush();

        foreach (var raw in _raw)
            await keeper.Pump.PassAsync(raw);
        _raw.Clear();
    }

    private void EndKicked(ImSession session)
    {
        // Coming back would throw out whoever took our place, and so on for ever.
        keeper.Intend("The server ended this session in favour of another one.");
        session.Abort(new ImConnectionException("The server ended this session in favour of another one."));
    }
}
