using BrokerIm.Contracts.Records;
using BrokerIm.Contracts.Wire;
using BrokerIm.Gateway.Commands;
using BrokerIm.Gateway.Delivery;
using BrokerIm.Gateway.Groups;
using BrokerIm.Gateway.Sessions;
using Microsoft.Extensions.Options;

namespace BrokerIm.Gateway.Inbound;

/// <summary>Takes conversations off their users' lists (protocol chapter 03 section 7); a record of the log like any other change.</summary>
internal sealed class SessionRemoval(
    InboundLanes lanes, GroupAccess groups, IOptions<GatewayOptions> options, TimeProvider time) : ICommandModule
{
    private const uint NoSuchSession = 1;

    public void Register(CommandTable table)
    {
        table.Map<IMRemoveSessionReq>(Command.RemoveSessionReq, RemoveAsync);

        // iOS asks under the id of the answer (chapter 01 section 6), and waits ten seconds for it.
        table.Map<IMRemoveSessionReq>(Command.RemoveSessionRsp, RemoveAsync);
    }

    private async ValueTask RemoveAsync(
        Session session, FrameHeader header, IMRemoveSessionReq request, CancellationToken cancellationToken)
    {
        var conversation = SessionIds.ConversationOf(session.User, request.SessionType, request.SessionId);
        if (conversation is not { } known
            || (known.IsGroup && !await groups.IsMemberAsync(known.GroupId, session.User, cancellationToken)))
        {
            session.Send(Command.RemoveSessionRsp, header.Sequence, new IMRemoveSessionRsp
            {
                UserId = session.User.Value,
                ResultCode = NoSuchSession,
                SessionType = request.SessionType,
                SessionId = request.SessionId,
            });
            return;
        }

        await lanes.EnqueueAsync(session, session.SendsFor(options.Value, time), new()
        {
            Kind = EntryKind.SessionRemove,
            Relation = known.Value,
            Sender = session.User.Value,
            StampMs = (ulong)time.GetUtcNow().ToUnixTimeMilliseconds(),
            Connection = session.Id,
            Sequence = header.Sequence,
        }, cancellationToken);
    }
}
