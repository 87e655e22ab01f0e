using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using BrokerIm.Gateway.Commands;
using BrokerIm.Gateway.Sessions;

namespace BrokerIm.Gateway.Queries;

/// <summary>Conversations with news since a client last asked (protocol chapter 03 section 6).</summary>
internal sealed class RecentSessionsQuery(IConversationReader store, PreviewList previews, QueryDeadline deadline) : ICommandModule
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
        var active = await store.ConversationsOfAsync(user, sinceMs, MaxConversations, cancellationToken);
        List<ConversationActivity> pairs = [.. active.Where(one => one.Conversation.HasMember(user))];
        var heads = await store.HeadsAsync([.. pairs.Select(one => one.Conversation)], cancellationToken);

        var news = new List<(ConversationActivity Activity, MessageHead Head)>(pairs.Count);
        for (var i = 0; i < pairs.Count; i++)
        {
            if (heads[i] is { } head)
                news.Add((pairs[i], head));
        }

        var contents = await previews.ReadAsync(
            [.. news.Select(one => (one.Activity.Conversation, one.Head))], cancellationToken);

        var reply = new IMRecentContactSessionRsp { UserId = user.Value };
        for (var i = 0; i < news.Count; i++)
        {
            if (contents[i] is not { } content)
                continue;

            var (activity, head) = news[i];
            reply.ContactSessionList.Add(new ContactSessionInfo
            {
                SessionId = activity.Conversation.PeerOf(user).Value,
                SessionType = SessionType.Single,
                SessionStatus = SessionStatusType.Ok,
                UpdatedTime = (uint)(activity.ActivityMs / 1000),
                LatestMsgId = head.MessageId,
                LatestMsgData = content,
                LatestMsgType = (MsgType)head.Meta.MessageType,
                LatestMsgFromUserId = head.Meta.Sender,
            });
        }

        return reply;
    }
}
