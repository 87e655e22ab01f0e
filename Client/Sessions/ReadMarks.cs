using BrokerIm.Contracts.Wire;

namespace BrokerIm.Client.Sessions;

/// <summary>
/// How far the user has read. Servers do not answer a read mark, so one that may have been lost with its connection is sent again;
/// marks only move forward, so that does no harm.
/// </summary>
internal sealed class ReadMarks(ImClientOptions options)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Peer, (uint MessageId, long SetAt)> _marks = [];

    /// <summary>Sends a mark, now if there is a connection and otherwise on the next.</summary>
    public void Set(ImSession? session, Peer peer, uint messageId)
    {
        lock (_gate)
        {
            if (_marks.TryGetValue(peer, out var earlier) && earlier.MessageId > messageId)
                return;
            _marks[peer] = (messageId, options.TimeProvider.GetTimestamp());
        }

        if (session is not null)
            Send(session, peer, messageId);
    }

    /// <summary>Sends again what a dead connection may have swallowed.</summary>
    public void SendAgain(ImSession session)
    {
        List<(Peer Peer, uint MessageId)> doubtful = [];
        lock (_gate)
        {
            foreach (var (peer, mark) in _marks)
            {
                // A connection is found dead after DeadAfter at the latest; what is older than two of those was read.
                if (options.TimeProvider.GetElapsedTime(mark.SetAt) < options.DeadAfter * 2)
                    doubtful.Add((peer, mark.MessageId));
            }
        }

        foreach (var (peer, messageId) in doubtful)
            Send(session, peer, messageId);
    }

    private static void Send(ImSession session, Peer peer, uint messageId) => session.Send(
        Command.MsgDataReadAck,
        new IMMsgDataReadAck
        {
            UserId = session.Self, SessionId = peer.Id, MsgId = messageId, SessionType = peer.SessionType,
        });
}
