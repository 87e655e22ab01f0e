using BrokerIm.Client.Sessions;
using BrokerIm.Contracts.Wire;

namespace BrokerIm.Client.Events;

/// <summary>Asks the server's history for what a conversation lacks.</summary>
internal sealed class GapRepair(ConnectionKeeper connection, ConversationTable conversations) : IGapRepair
{
    public async Task TryRepairAsync(ConversationStep step, CancellationToken cancellationToken)
    {
        if (connection.Current is not { } session)
            return;

        try
        {
            if (step.Kind == ConversationStepKind.FindStart)
                conversations.StartAfter(step.Peer, await FindStartAsync(session, step.Peer, step.To, cancellationToken));
            else
                conversations.Filled(step, await PageAsync(session, step.Peer, step.To, step.To - step.From + 1, cancellationToken));
        }
        catch (ImConnectionException)
        {
            // The connection ended; everything is looked at again on the next one.
        }
        catch (Exception exception) when (exception is TimeoutException or ImProtocolException)
        {
            // Going on without the missing messages would lose them. A new connection may reach a server that has them.
            session.Abort(new ImConnectionException("The server's history does not answer.", exception));
        }
    }

    // A conversation that was not among the recent ones at the start: what is older than the client belongs to its history.
    private async Task<uint> FindStartAsync(ImSession session, Peer peer, uint upTo, CancellationToken cancellationToken)
    {
        while (upTo > 0)
        {
            var page = await PageAsync(session, peer, upTo, ConversationTracker.PageSize, cancellationToken);
            if (page.Count == 0)
                return upTo;

            foreach (var message in page.OrderByDescending(message => message.Id))
            {
                if (message.Time < connection.Since)
                    return message.Id;
                upTo = message.Id - 1;
            }
        }

        return 0;
    }

    private async Task<IReadOnlyList<ChatMessage>> PageAsync(
        ImSession session, Peer peer, uint begin, uint count, CancellationToken cancellationToken)
    {
        var reply = await session.RequestAsync(
            Command.GetMsgListReq,
            Requests.History(session.Self, peer, begin, count),
            Command.GetMsgListRsp,
            IMGetMsgListRsp.Parser,
            connection.Options.RequestTimeout,
            cancellationToken);
        return [.. reply.MsgList.Select(info => ChatMessage.Of(peer, info, connection.Options.TextCipher))];
    }
}
