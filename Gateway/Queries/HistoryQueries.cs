using BrokerIm.Contracts.Wire;
using BrokerIm.Gateway.Commands;
using BrokerIm.Gateway.Sessions;

namespace BrokerIm.Gateway.Queries;

/// <summary>
/// Pages, single messages and newest ids (protocol chapter 03 section 8), as far as <see cref="ConversationViews"/> lets the user
/// see. Where he sees nothing he is told that there is nothing.
/// </summary>
internal sealed class HistoryQueries(HistoryReader history, ConversationViews views, QueryDeadline deadline) : ICommandModule
{
    public void Register(CommandTable table)
    {
        table.Map<IMGetMsgListReq>(Command.GetMsgListReq, AnswerPageAsync);
        table.Map<IMGetLatestMsgIdReq>(Command.GetLatestMsgIdReq, AnswerLatestAsync);
        table.Map<IMGetMsgByIdReq>(Command.GetMsgByIdReq, AnswerByIdAsync);
    }

    private async ValueTask AnswerPageAsync(
        Session session, FrameHeader header, IMGetMsgListReq request, CancellationToken cancellationToken)
    {
        var reply = new IMGetMsgListRsp
        {
            UserId = session.User.Value,
            SessionType = request.SessionType,
            SessionId = request.SessionId,
            MsgIdBegin = request.MsgIdBegin,
        };

        if (await views.OfAsync(session, request.SessionType, request.SessionId, cancellationToken) is { } view)
        {
            reply.MsgList.Add(await deadline.AskAsync(
                token => history.ReadAsync(view, request.MsgIdBegin, request.MsgCnt, token), cancellationToken));
        }

        session.Send(Command.GetMsgListRsp, header.Sequence, reply);
    }

    private async ValueTask AnswerLatestAsync(
        Session session, FrameHeader header, IMGetLatestMsgIdReq request, CancellationToken cancellationToken)
    {
        var latest = 0u;
        if (await views.OfAsync(session, request.SessionType, request.SessionId, cancellationToken) is { } view)
        {
            var head = await deadline.AskAsync(token => history.HeadAsync(view.Conversation, token), cancellationToken);
            latest = head > view.HiddenUpTo ? head : 0;
        }

        session.Send(Command.GetLatestMsgIdRsp, header.Sequence, new IMGetLatestMsgIdRsp
        {
            UserId = session.User.Value,
            SessionType = request.SessionType,
            SessionId = request.SessionId,
            LatestMsgId = latest,
        });
    }

    private async ValueTask AnswerByIdAsync(
        Session session, FrameHeader header, IMGetMsgByIdReq request, CancellationToken cancellationToken)
    {
        var reply = new IMGetMsgByIdRsp
        {
            UserId = session.User.Value,
            SessionType = request.SessionType,
            SessionId = request.SessionId,
        };

        if (await views.OfAsync(session, request.SessionType, request.SessionId, cancellationToken) is { } view)
        {
            reply.MsgList.Add(await deadline.AskAsync(
                token => history.ReadAsync(view, request.MsgIdList, token), cancellationToken));
        }

        session.Send(Command.GetMsgByIdRsp, header.Sequence, reply);
    }
}
