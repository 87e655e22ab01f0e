using System.Text;
using BrokerIm.Contracts.Wire;
using BrokerIm.Gateway.Commands;
using BrokerIm.Gateway.Sessions;

namespace BrokerIm.Gateway.Peers;

/// <summary>Commands from client to client, such as "is typing" (protocol chapter 02 section 9). Never answered, never stored.</summary>
internal sealed class PeerModule(PeerRelay relay, GatewayMetrics metrics) : ICommandModule
{
    /// <summary>Bytes of the JSON text; that of a client has some hundred.</summary>
    private const int MaxTextBytes = 4 * 1024;

    public void Register(CommandTable table) => table.Map<IMP2PCmdMsg>(Command.P2PCmdMsg, Relay);

    private ValueTask Relay(Session session, FrameHeader header, IMP2PCmdMsg command, CancellationToken cancellationToken)
    {
        if (Encoding.UTF8.GetByteCount(command.CmdMsgData) > MaxTextBytes)
            metrics.FrameRejected(FrameRejects.PeerCommandSize);
        else if (session.PeerRate is { } rate && !rate.TryTake())
            metrics.FrameRejected(FrameRejects.PeerCommandRate);
        else
            relay.Send(session, new(command.ToUserId), command.CmdMsgData);
        return default;
    }
}
