using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Values;
using BrokerIm.Gateway.Commands;
using BrokerIm.Gateway.Delivery;
using BrokerIm.Gateway.Sessions;

namespace BrokerIm.Gateway.Queries;

/// <summary>
/// Pages, single messages and newest ids (protocol chapter 03 section 8). A user can only name pairs he is part of: the session id
/// is the other one. Of a group, which nobody belongs to yet, there is nothing to see, and the client is told so.
/// </summary>
internal sealed class HistoryQueries(HistoryReader history, QueryDeadline deadline) : ICommandModule
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

        if (PairOf(session, request.SessionType, request.SessionId) is { } pair)
        {
            reply.MsgList.Add(await deadline.AskAsync(
                token => history.ReadAsync(pair, request.MsgIdBegin, request.MsgCnt, token), cancellationToken));
        }

        session.Send(Command.GetMsgListRsp, header.Sequence, reply);
    }

    private async ValueTask AnswerLatestAsync(
        Session session, FrameHeader header, IMGetLatestMsgIdReq request, CancellationToken cancellationToken)
    {
        var latest = PairOf(session, request.SessionType, request.SessionId) is { } pair
            ? await deadline.AskAsync(token => history.HeadAsync(pair, token), cancellationToken)
            : 0;

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

        if (PairOf(session, request.SessionType, request.SessionId) is { } pair)
        {
            reply.MsgList.Add(await deadline.AskAsync(
                token => history.ReadAsync(pair, request.MsgIdList, token), cancellationToken));
        }

        session.Send(Command.GetMsgByIdRsp, header.Sequence, reply);
    }

    private static ConversationId? PairOf(Session session, SessionType type, uint sessionId) =>
        type == SessionType.Single ? SessionIds.PairOf(session.User, sessionId) : null;
}
