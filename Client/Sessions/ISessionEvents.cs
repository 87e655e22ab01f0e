using BrokerIm.Client.Wire;

namespace BrokerIm.Client.Sessions;

/// <summary>What a session hands on; called on its receiving loop, in the order of the wire.</summary>
internal interface ISessionEvents
{
    /// <summary>The server answered a message.</summary>
    void OnAck(ImSession session, ushort sequence, in MessageAck ack);

    /// <summary>The server pushed a message.</summary>
    void OnMessage(ImSession session, in MessageView message);

    /// <summary>The server pushed something else.</summary>
    void OnPush(ImSession session, ushort command, ReadOnlySpan<byte> body);

    /// <summary>All frames of one read were handed over; reading goes on when the task completes.</summary>
    ValueTask OnBatchAsync(ImSession session);
}
