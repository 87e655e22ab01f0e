using System.Buffers;
using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using BrokerIm.Gateway.Commands;
using BrokerIm.Gateway.Sessions;
using Microsoft.Extensions.Logging;

namespace BrokerIm.Gateway.Login;

/// <summary>The logout command (protocol chapter 02 section 3).</summary>
internal sealed class LogoutModule(IDevices devices, ResumeTokens tokens, QueryDeadline deadline, ILogger<LogoutModule> log)
    : ICommandModule
{
    public void Register(CommandTable table) => table.Map(Command.LogoutReq, LogoutAsync);

    private async ValueTask LogoutAsync(
        Session session, FrameHeader header, ReadOnlySequence<byte> body, CancellationToken cancellationToken)
    {
        await ForgetAsync(session);
        session.Send(Command.LogoutRsp, header.Sequence, new IMLogoutRsp { ResultCode = 0 });
        session.Close(CloseReason.LoggedOut);
    }

    // Not given up when the client is gone before its answer: it has said what it wants.
    private async ValueTask ForgetAsync(Session session)
    {
        try
        {
            await deadline.AskAsync(
                async token =>
                {
                    // Who logs out at the PC still wants to be woken on the phone.
                    if (session.Class == DeviceClass.Mobile)
                        await devices.RemoveAsync(session.User, session.Client, token);
                    await tokens.ForgetAsync(session, token);
                    return true;
                },
                CancellationToken.None);
        }
        catch (DependencyUnavailableException exception)
        {
            log.DeviceTokenNotErased(exception, session.Id, session.User);
        }
    }
}
