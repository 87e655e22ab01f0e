using System.Buffers;
using BrokerIm.Contracts.Wire;
using BrokerIm.Gateway.Sessions;

namespace BrokerIm.Gateway.Commands;

/// <summary>Commands about the connection itself: heartbeat and server time.</summary>
internal sealed class ConnectionModule(TimeProvider time) : ICommandModule
{
    public void Register(CommandTable table)
    {
        table.Map(Command.Heartbeat, Echo);
        table.Map(Command.ClientTimeReq, TellTime);
    }

    // Android takes a missing echo for a dead server, and the header's odd values belong to it (protocol chapter 01 section 5.2).
    private static ValueTask Echo(
        Session session, FrameHeader header, ReadOnlySequence<byte> body, CancellationToken cancellationToken)
    {
        Span<byte> raw = stackalloc byte[FrameHeader.Size];
        header.Write(raw);
        session.WriteParts(raw, body.IsSingleSegment ? body.FirstSpan : body.ToArray());
        session.Flush();
        return default;
    }

    private ValueTask TellTime(
        Session session, FrameHeader header, ReadOnlySequence<byte> body, CancellationToken cancellationToken)
    {
        var seconds = (uint)time.GetUtcNow().ToUnixTimeSeconds();
        session.Send(Command.ClientTimeRsp, header.Sequence, new IMClientTimeRsp { ServerTime = seconds });
        return default;
    }
}
