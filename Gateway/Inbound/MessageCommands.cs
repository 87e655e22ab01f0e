using BrokerIm.Contracts.Records;
using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Conversations;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using BrokerIm.Gateway.Commands;
using BrokerIm.Gateway.Delivery;
using BrokerIm.Gateway.Groups;
using BrokerIm.Gateway.Sessions;
using Google.Protobuf;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace BrokerIm.Gateway.Inbound;

/// <summary>Takes messages and read marks in: who sends is decided here, everything else by the fold of the log.</summary>
internal sealed class MessageCommands(
    InboundLanes lanes,
    KnownUsers users,
    GroupAccess groups,
    IOptions<GatewayOptions> options,
    TimeProvider time,
    GatewayMetrics frames,
    InboundMetrics metrics,
    ILogger<MessageCommands> log) : ICommandModule
{
    /// <summary>How far a client's clock may run ahead of ours before its ids are refused, in milliseconds.</summary>
    public const long ClockToleranceMs = 5_000;

    // A second, and a part of another, so that those who were turned away together do not come back together.
    private const int RetryAfterMs = 1_000;

    public void Register(CommandTable table)
    {
        table.Map<IMMsgData>(Command.MsgData, SendAsync);
        table.Map<IMMsgDataReadAck>(Command.MsgDataReadAck, MarkReadAsync);

        // Clients acknowledge what they receive in four different ways, one of them never and one with swapped fields.
        table.Map(Command.MsgDataAck, (_, _, _, _) =>
        {
            metrics.Receipt();
            return default;
        });
    }

    private async ValueTask SendAsync(
        Session session, FrameHeader header, IMMsgData message, CancellationToken cancellationToken)
    {
        var conversation = ConversationOf(session, message);
        var hasId = ClientMessageId.TryRead(message.ClientMsgId.Span, out var clientId);
        DropReason? reason;
        try
        {
            reason = MessageAdmission.Check(session.User, message)
                ?? await ReceiverProblemAsync(session, conversation, message.ToSessionId, cancellationToken);
        }
        catch (DependencyUnavailableException) when (hasId)
        {
            // Its client will send it again; what comes behind it must not overtake it.
            SendsOf(session).TurnedAway.Add(conversation, clientId);
            throw;
        }

        if (reason is { } why)
        {
            Drop(session, why);

            // Only a client that sent an id knows how to take a refusal; the others would see it as "stored".
            if (hasId)
                Refuse(session, header.Sequence, conversation, message.ClientMsgId, SendStatus.Refused, serverTimeMs: 0);
            return;
        }

        var nowMs = time.GetUtcNow().ToUnixTimeMilliseconds();
        if (!TryName(session, header.Sequence, conversation, message, nowMs, out var id))
            return;

        await lanes.EnqueueAsync(session, SendsOf(session), new()
        {
            Kind = EntryKind.Message,
            Relation = conversation.Value,
            Sender = session.User.Value,
            StampMs = (ulong)Math.Max(nowMs, id.TimeMs),
            ClientMessageId = message.HasClientMsgId ? message.ClientMsgId : id.ToByteString(),
            ClientMadeId = message.HasClientMsgId,
            Connection = session.Id,
            Sequence = header.Sequence,
            MessageType = (uint)message.MsgType,
            Data = message.MsgData,
        }, cancellationToken);
    }

    private async ValueTask MarkReadAsync(
        Session session, FrameHeader header, IMMsgDataReadAck mark, CancellationToken cancellationToken)
    {
        var reason = MessageAdmission.Check(session.User, mark, out var conversation);
        if (reason is null && conversation.IsGroup && !await groups.IsMemberAsync(mark.SessionId, session.User, cancellationToken))
            reason = DropReason.NotAMember;
        if (reason is { } why)
        {
            Drop(session, why);
            return;
        }

        await lanes.EnqueueAsync(session, SendsOf(session), new()
        {
            Kind = EntryKind.ReadMark,
            Relation = conversation.Value,
            Sender = session.User.Value,
            StampMs = (ulong)time.GetUtcNow().ToUnixTimeMilliseconds(),
            Connection = session.Id,
            Sequence = header.Sequence,
            ReadId = mark.MsgId,
        }, cancellationToken);
    }

    /// <summary>Finds the message's client id, or makes one, and remembers it; false when the message goes no further.</summary>
    private bool TryName(
        Session session, ushort sequence, ConversationId conversation, IMMsgData message, long nowMs, out ClientMessageId id)
    {
        var sends = SendsOf(session);
        if (!message.HasClientMsgId)
        {
            var hash = MessageHash.Of((uint)message.MsgType, message.MsgData.Span) ^ Partitioning.SplitMix64(conversation.Value);
            if (sends.Sent.TryRecall(sequence, hash, out id))
            {
                metrics.Resent();
                log.Resent(session.Id, sequence, id);
            }
            else
            {
                id = sends.MakeId(nowMs);
            }

            sends.Sent.Remember(sequence, hash, id);
            return true;
        }

        if (!ClientMessageId.TryRead(message.ClientMsgId.Span, out id))
        {
            frames.FrameRejected(FrameRejects.Unparsable);
            log.ClientIdMalformed(session.Id, message.ClientMsgId.Length);
            return false;
        }

        if (id.TimeMs > nowMs + ClockToleranceMs)
        {
            metrics.ClockRefused();
            log.ClockRefused(session.Id, id.TimeMs - nowMs);
            Refuse(session, sequence, conversation, message.ClientMsgId, SendStatus.Clock, nowMs);
            return false;
        }

        if (sends.TurnedAway.IsBehind(conversation, id) || lanes.TurnsAway(conversation))
        {
            sends.TurnedAway.Add(conversation, id);
            metrics.TurnedAway();
            var retryAfterMs = RetryAfterMs + Random.Shared.Next(RetryAfterMs);
            Refuse(session, sequence, conversation, message.ClientMsgId, SendStatus.Busy, serverTimeMs: 0, (uint)retryAfterMs);
            return false;
        }

        sends.TurnedAway.Remove(conversation, id);
        sends.Sent.Remember(sequence, contentHash: 0, id);
        return true;
    }

    private static void Refuse(
        Session session,
        ushort sequence,
        ConversationId conversation,
        ByteString clientMessageId,
        SendStatus status,
        long serverTimeMs,
        uint retryAfterMs = 0)
    {
        Span<byte> frame = stackalloc byte[AckFrame.MaxBytes];
        var length = new AckFrame
        {
            Sender = session.User,
            Conversation = conversation,
            MessageId = 0,
            Sequence = sequence,
            ClientMessageId = clientMessageId.Span,
            Status = status,
            ServerTimeMs = serverTimeMs,
            RetryAfterMs = retryAfterMs,
        }.Write(frame);
        session.Write(frame[..length]);
        session.Flush();
    }

    private static ConversationId ConversationOf(Session session, IMMsgData message) =>
        message.MsgType is MsgType.GroupText or MsgType.GroupAudio
            ? ConversationId.Group(message.ToSessionId)
            : ConversationId.Pair(session.User, new(message.ToSessionId));

    private async ValueTask<DropReason?> ReceiverProblemAsync(
        Session session, ConversationId conversation, uint receiver, CancellationToken cancellationToken)
    {
        if (conversation.IsGroup)
            return await groups.IsMemberAsync(receiver, session.User, cancellationToken) ? null : DropReason.NotAMember;
        return await users.ContainsAsync(new(receiver), cancellationToken) ? null : DropReason.NoSuchUser;
    }

    private SendState SendsOf(Session session) => session.SendsFor(options.Value, time);

    private void Drop(Session session, DropReason reason)
    {
        metrics.Dropped(reason);
        log.Dropped(session.Id, reason);
    }
}
