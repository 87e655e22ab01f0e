using System.Diagnostics;
using BrokerIm.Contracts.Wire;
using BrokerIm.LoadTests.Talk;
using BrokerIm.LoadTests.Users;

namespace BrokerIm.LoadTests.Offline;

/// <summary>What one user was written while he was away.</summary>
/// <param name="account">Who he is.</param>
/// <param name="from">Who wrote.</param>
/// <param name="writer">What was written.</param>
/// <param name="reader">What was read.</param>
internal sealed class Backlog(LoadUser account, uint from, Talker writer, Talker reader)
{
    /// <summary>Who wrote.</summary>
    public Talker Writer { get; } = writer;

    /// <summary>Who was away.</summary>
    public Talker Reader { get; } = reader;

    /// <summary>Whether its user came for it.</summary>
    public bool IsDrained { get; private set; }

    /// <summary>Logs in, asks what is unread, reads it from the newest page to the oldest, marks it as read and leaves.</summary>
    public async Task DrainAsync(OfflineOptions options, TalkRun run, DrainMeters meters, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        var (connection, _) = await TeamTalkConnection.LogInAsync(
            options.Target, account, options.ClientType, run.Wire, cancellationToken);
        await using (connection)
        {
            var unread = await connection.AskAsync(
                Command.UnreadMsgCntReq, new IMUnreadMsgCntReq { UserId = connection.Self },
                Command.UnreadMsgCntRsp, IMUnreadMsgCntRsp.Parser, cancellationToken);
            var latest = unread.UnreadinfoList.FirstOrDefault(one => one.SessionId == from)?.LatestMsgId ?? 0;

            var newestFirst = new List<MsgInfo>(options.Messages);
            while (latest > Reader.Ledger.BaseId)
            {
                var asked = Stopwatch.GetTimestamp();
                var page = await PageAsync(connection, latest, options.PageSize, cancellationToken);
                if (page.MsgList.Count == 0)
                    break;
                var now = Stopwatch.GetTimestamp();
                meters.Page.Done(asked, now);
                foreach (var message in page.MsgList.Where(message => message.MsgId > Reader.Ledger.BaseId))
                {
                    newestFirst.Add(message);
                    meters.Message.Done(began, now);
                }

                latest = page.MsgList[^1].MsgId - 1;
            }

            if (newestFirst.Count > 0)
            {
                connection.Tell(Command.MsgDataReadAck, new IMMsgDataReadAck
                {
                    UserId = connection.Self, SessionType = SessionType.Single, SessionId = from, MsgId = newestFirst[0].MsgId,
                });
            }

            IsDrained = true;
            foreach (var message in Enumerable.Reverse(newestFirst))
                See(message, run);
            meters.User.Done(began, Stopwatch.GetTimestamp());
        }
    }

    private void See(MsgInfo message, TalkRun run)
    {
        if (message.FromSessionId == from && Payload.TryRead(message.MsgData.Span, run.Id, out var payload))
            Reader.Ledger.SawMessage(payload.Sender, payload.Number, message.MsgId);
    }

    private Task<IMGetMsgListRsp> PageAsync(
        TeamTalkConnection connection, uint begin, int count, CancellationToken cancellationToken) => connection.AskAsync(
        Command.GetMsgListReq,
        new IMGetMsgListReq
        {
            UserId = connection.Self, SessionType = SessionType.Single, SessionId = from, MsgIdBegin = begin, MsgCnt = (uint)count,
        },
        Command.GetMsgListRsp,
        IMGetMsgListRsp.Parser,
        cancellationToken);
}
