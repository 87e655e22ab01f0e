using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Ports;
using BrokerIm.Gateway.Commands;
using BrokerIm.Gateway.Sessions;
using Microsoft.Extensions.Logging;

namespace BrokerIm.Gateway.Login;

/// <summary>The login command (protocol chapter 02 section 2).</summary>
internal sealed class LoginModule(
    Authenticator authenticator, Arrivals arrivals, GatewayMetrics metrics, TimeProvider time, ILogger<LoginModule> log)
    : ICommandModule
{
    public void Register(CommandTable table) => table.Map<IMLoginReq>(Command.LoginReq, LoginAsync);

    private async ValueTask LoginAsync(Session session, FrameHeader header, IMLoginReq request, CancellationToken cancellationToken)
    {
        // Section 2.2 step 1. A login still under way holds up the connection, so this one is complete.
        if (session.IsLoggedIn)
            return;

        var verdict = await CheckAsync(session, request, cancellationToken);
        if (verdict.Profile is { } profile)
            verdict = await EnterAsync(session, header.Sequence, request, profile, cancellationToken);

        metrics.LoginAnswered(verdict.Label);
        if (verdict.Result == ResultType.Ok)
            log.LoggedIn(session.Id, session.User, session.Client);
        else
            Refuse(session, header.Sequence, verdict);
    }

    private async ValueTask<LoginVerdict> CheckAsync(Session session, IMLoginReq request, CancellationToken cancellationToken)
    {
        try
        {
            return await authenticator.CheckAsync(request.UserName, request.Password, cancellationToken);
        }
        catch (DependencyUnavailableException exception)
        {
            log.LoginImpossible(exception, session.Id);
            return LoginVerdict.NoDirectory;
        }
    }

    private async ValueTask<LoginVerdict> EnterAsync(
        Session session, ushort sequence, IMLoginReq request, UserProfile profile, CancellationToken cancellationToken)
    {
        try
        {
            await arrivals.EnterAsync(session, profile.Id, request.ClientType, sequence, Response(request, profile), cancellationToken);
            return LoginVerdict.Accepted(profile);
        }
        catch (DependencyUnavailableException exception)
        {
            log.LoginImpossible(exception, session.Id);
            return LoginVerdict.NoPresence;
        }
    }

    private IMLoginRes Response(IMLoginReq request, UserProfile profile)
    {
        var now = time.GetUtcNow();
        return new()
        {
            ServerTime = (uint)now.ToUnixTimeSeconds(),
            ResultCode = ResultType.Ok,
            ResultString = LoginVerdict.Accepted(profile).Text,
            OnlineStatus = request.OnlineStatus,
            UserInfo = profile.ToWire(),
            ServerTimeMs = (ulong)now.ToUnixTimeMilliseconds(),
        };
    }

    private void Refuse(Session session, ushort sequence, LoginVerdict verdict)
    {
        log.LoginRefused(session.Id, verdict.Label);
        session.Send(Command.LoginRes, sequence, new IMLoginRes
        {
            ServerTime = (uint)time.GetUtcNow().ToUnixTimeSeconds(),
            ResultCode = verdict.Result,
            ResultString = verdict.Text,
        });
        session.Close(CloseReason.LoginRefused);
    }
}
