using BrokerIm.Contracts.Wire;
using BrokerIm.Gateway.Commands;
using BrokerIm.Gateway.Sessions;

namespace BrokerIm.Gateway.Http.Discovery;

/// <summary>Discovery as a command (protocol chapter 02 section 1.2): answered without a login, and the connection closes.</summary>
internal sealed class DiscoveryModule(GatewayChooser chooser, DiscoveryLimit limit, GatewayMetrics metrics) : ICommandModule
{
    public void Register(CommandTable table) => table.Map<IMMsgServReq>(Command.MsgServReq, AnswerAsync);

    private async ValueTask AnswerAsync(
        Session session, FrameHeader header, IMMsgServReq request, CancellationToken cancellationToken)
    {
        if (limit.TryPass(session.Remote))
        {
            var choice = await chooser.ChooseAsync(session.Local, session.Remote, cancellationToken);
            session.Send(Command.MsgServRsp, header.Sequence, Response(choice));
        }
        else
        {
            metrics.DiscoveryAnswered(DiscoveryEndpoint.Limited);
        }

        session.Close(CloseReason.SentElsewhere);
    }

    private static IMMsgServRsp Response(GatewayChoice choice) => choice.Result != ResultType.Ok
        ? new() { ResultCode = choice.Result }
        : new()
        {
            ResultCode = ResultType.Ok,
            PriorIp = choice.Prior.ToString(),
            BackipIp = choice.Backup.ToString(),
            Port = (uint)choice.Port,
        };
}
