using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using BrokerIm.Gateway.Commands;
using BrokerIm.Gateway.Sessions;

namespace BrokerIm.Gateway.Queries;

/// <summary>Unread messages per conversation (protocol chapter 03 section 5).</summary>
internal sealed class UnreadQuery(IConversationReader store, PreviewList previews, QueryDeadline deadline) : ICommandModule
{
    /// <summary>Conversations in a reply at most; the reply stays below the clients' frame limit with them.</summary>
    public const int MaxConversations = 2_000;

    public void Register(CommandTable table) => table.Map<IMUnreadMsgCntReq>(Command.UnreadMsgCntReq, AnswerAsync);

    private async ValueTask AnswerAsync(
        Session session, FrameHeader header, IMUnreadMsgCntReq request, CancellationToken cancellationToken)
    {
        var reply = await deadline.AskAsync(token => ReadAsync(session.User, token), cancellationToken);
        session.Send(Command.UnreadMsgCntRsp, header.Sequence, reply);
    }

    /// <summary>Counts and previews for one user, latest activity first.</summary>
    internal async ValueTask<IMUnreadMsgCntRsp> ReadAsync(UserId user, CancellationToken cancellationToken)
    {
        var unread = await CountAsync(user, cancellationToken);
        var contents = await previews.ReadAsync([.. unread.Select(one => (one.Pair, one.Head))], cancellationToken);

        var reply = new IMUnreadMsgCntRsp { UserId = user.Value, TotalCnt = 0 };
        for (var i = 0; i < unread.Count; i++)
        {
            // A client would show a blank line.
            if (contents[i] is not { } content)
                continue;

            var (pair, head, count) = unread[i];
            reply.TotalCnt += count;
            reply.UnreadinfoList.Add(new UnreadInfo
            {
                SessionId = pair.PeerOf(user).Value,
                SessionType = SessionType.Single,
                UnreadCnt = count,
                LatestMsgId = head.MessageId,
                LatestMsgData = content,
                LatestMsgType = (MsgType)head.Meta.MessageType,
                LatestMsgFromUserId = head.Meta.Sender,
            });
        }

        return reply;
    }

    private async ValueTask<List<(ConversationId Pair, MessageHead Head, uint Count)>> CountAsync(
        UserId user, CancellationToken cancellationToken)
    {
        var active = await store.ConversationsOfAsync(user, sinceMs: 0, MaxConversations, cancellationToken);
        List<ConversationId> pairs = [.. active.Select(one => one.Conversation).Where(pair => pair.HasMember(user))];
        var heads = await store.HeadsAsync(pairs, cancellationToken);
        var marks = await store.ReadMarksAsync([.. pairs.Select(pair => (user, pair))], cancellationToken);

        // Only marks below the head and above nothing need a look at the message they name.
        List<int> marked = [.. Enumerable.Range(0, pairs.Count).Where(i => marks[i] > 0 && marks[i] < heads[i]?.MessageId)];
        var facts = await store.FactsAsync([.. marked.Select(i => (pairs[i], marks[i]))], cancellationToken);
        var read = new Dictionary<int, MessageHead?>(marked.Count);
        for (var i = 0; i < marked.Count; i++)
            read[marked[i]] = facts[i];

        var unread = new List<(ConversationId, MessageHead, uint)>();
        for (var i = 0; i < pairs.Count; i++)
        {
            if (heads[i] is not { } head || marks[i] >= head.MessageId)
                continue;

            var count = UnreadCount.Of(pairs[i], user, head, read.GetValueOrDefault(i));
            if (count > 0)
                unread.Add((pairs[i], head, count));
        }

        return unread;
    }
}
