using System.Buffers;
using BrokerIm.Contracts.Wire;
using BrokerIm.Gateway.Sessions;

namespace BrokerIm.Gateway.Commands;

/// <summary>Commands about the connection itself: heartbeat, server time, logout.</summary>
internal sealed class ConnectionModule(TimeProvider time) : ICommandModule
{
    public void Register(CommandTable table)
    {
        table.Map(Command.Heartbeat, Echo);
        table.Map(Command.ClientTimeReq, TellTime);
        table.Map(Command.LogoutReq, Logout);
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

    private static ValueTask Logout(
        Session session, FrameHeader header, ReadOnlySequence<byte> body, CancellationToken cancellationToken)
    {
        session.Send(Command.LogoutRsp, header.Sequence, new IMLogoutRsp { ResultCode = 0 });
        session.Close(CloseReason.LoggedOut);
        return default;
    }
}
