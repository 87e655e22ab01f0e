using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using BrokerIm.Gateway.Commands;
using BrokerIm.Gateway.Delivery;
using BrokerIm.Gateway.Sessions;

namespace BrokerIm.Gateway.Queries;

/// <summary>Unread messages per conversation (protocol chapter 03 section 5).</summary>
internal sealed class UnreadQuery(
    IConversationReader store, ConversationList conversations, PreviewList previews, QueryDeadline deadline) : ICommandModule
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
        var contents = await previews.ReadAsync([.. unread.Select(one => (one.Conversation, one.Head))], cancellationToken);

        var reply = new IMUnreadMsgCntRsp { UserId = user.Value, TotalCnt = 0 };
        for (var i = 0; i < unread.Count; i++)
        {
            // A client would show a blank line.
            if (contents[i] is not { } content)
                continue;

            var (conversation, head, count) = unread[i];
            reply.TotalCnt += count;
            reply.UnreadinfoList.Add(new UnreadInfo
            {
                SessionId = SessionIds.SessionOf(conversation, user),
                SessionType = SessionIds.TypeOf(conversation),
                UnreadCnt = count,
                LatestMsgId = head.MessageId,
                LatestMsgData = content,
                LatestMsgType = (MsgType)head.Meta.MessageType,
                LatestMsgFromUserId = head.Meta.Sender,
            });
        }

        return reply;
    }

    private async ValueTask<List<(ConversationId Conversation, MessageHead Head, uint Count)>> CountAsync(
        UserId user, CancellationToken cancellationToken)
    {
        var listed = await conversations.ReadAsync(user, sinceMs: 0, MaxConversations, cancellationToken);
        var marks = await store.ReadMarksAsync([.. listed.Select(one => (user, one.Conversation))], cancellationToken);

        // Only marks of pairs, below the head and above nothing, need a look at the message they name.
        List<int> marked =
        [
            .. Enumerable.Range(0, listed.Count)
                .Where(i => !listed[i].Conversation.IsGroup && marks[i] > 0 && marks[i] < listed[i].Head.MessageId),
        ];
        var facts = await store.FactsAsync([.. marked.Select(i => (listed[i].Conversation, marks[i]))], cancellationToken);
        var read = new Dictionary<int, MessageHead?>(marked.Count);
        for (var i = 0; i < marked.Count; i++)
            read[marked[i]] = facts[i];

        var unread = new List<(ConversationId, MessageHead, uint)>();
        for (var i = 0; i < listed.Count; i++)
        {
            var (conversation, head, _, hiddenUpTo) = listed[i];
            if (marks[i] >= head.MessageId)
                continue;

            // In a group one's own message moves the mark, so what is above it is the others'.
            var count = conversation.IsGroup
                ? head.MessageId - Math.Max(marks[i], hiddenUpTo)
                : UnreadCount.Of(conversation, user, head, read.GetValueOrDefault(i));
            if (count > 0)
                unread.Add((conversation, head, count));
        }

        return unread;
    }
}
