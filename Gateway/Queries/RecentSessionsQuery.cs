using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using BrokerIm.Gateway.Commands;
using BrokerIm.Gateway.Delivery;
using BrokerIm.Gateway.Sessions;

namespace BrokerIm.Gateway.Queries;

/// <summary>Conversations with news since a client last asked (protocol chapter 03 section 6).</summary>
internal sealed class RecentSessionsQuery(
    IConversationReader store, ConversationList conversations, PreviewList previews, QueryDeadline deadline) : ICommandModule
{
    /// <summary>Conversations in a reply at most; clients expect no more.</summary>
    public const int MaxConversations = 100;

    public void Register(CommandTable table) =>
        table.Map<IMRecentContactSessionReq>(Command.RecentContactSessionReq, AnswerAsync);

    private async ValueTask AnswerAsync(
        Session session, FrameHeader header, IMRecentContactSessionReq request, CancellationToken cancellationToken)
    {
        var reply = await deadline.AskAsync(
            token => ReadAsync(session.User, request.LatestUpdateTime, token), cancellationToken);
        session.Send(Command.RecentContactSessionRsp, header.Sequence, reply);
    }

    /// <summary>Conversations active in later seconds than the given one, latest first.</summary>
    internal async ValueTask<IMRecentContactSessionRsp> ReadAsync(
        UserId user, uint afterSeconds, CancellationToken cancellationToken)
    {
        var sinceMs = (afterSeconds + 1L) * 1000;
        var active = await conversations.ReadAsync(user, sinceMs, MaxConversations, cancellationToken);

        // What its user took off his list stays off until there is a newer message.
        var removals = await store.RemovalsAsync([.. active.Select(one => (user, one.Conversation))], cancellationToken);
        List<ListedConversation> news = [.. active.Where((one, index) => one.Head.MessageId > removals[index])];
        var contents = await previews.ReadAsync([.. news.Select(one => (one.Conversation, one.Head))], cancellationToken);

        var reply = new IMRecentContactSessionRsp { UserId = user.Value };
        for (var i = 0; i < news.Count; i++)
        {
            if (contents[i] is not { } content)
                continue;

            var (conversation, head, activityMs, _) = news[i];
            reply.ContactSessionList.Add(new ContactSessionInfo
            {
                SessionId = SessionIds.SessionOf(conversation, user),
                SessionType = SessionIds.TypeOf(conversation),
                SessionStatus = SessionStatusType.Ok,
                UpdatedTime = (uint)(activityMs / 1000),
                LatestMsgId = head.MessageId,
                LatestMsgData = content,
                LatestMsgType = (MsgType)head.Meta.MessageType,
                LatestMsgFromUserId = head.Meta.Sender,
            });
        }

        return reply;
    }
}
