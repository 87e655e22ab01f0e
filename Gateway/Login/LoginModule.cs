using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Ports;
using BrokerIm.Gateway.Commands;
using BrokerIm.Gateway.Sessions;
using Google.Protobuf;
using Microsoft.Extensions.Logging;

namespace BrokerIm.Gateway.Login;

/// <summary>The login command (protocol chapter 02 section 2).</summary>
internal sealed class LoginModule(
    Authenticator authenticator,
    ResumeTokens tokens,
    Arrivals arrivals,
    GatewayMetrics metrics,
    TimeProvider time,
    ILogger<LoginModule> log) : ICommandModule
{
    /// <summary>Clients that are told when to come again come again within this, each at a time of its own.</summary>
    private const int RetryWithinMs = 5_000;

    private const int RetryAfterMs = 1_000;

    public void Register(CommandTable table) => table.Map<IMLoginReq>(Command.LoginReq, LoginAsync);

    private async ValueTask LoginAsync(Session session, FrameHeader header, IMLoginReq request, CancellationToken cancellationToken)
    {
        // Section 2.2 step 1. A login still under way holds up the connection, so this one is complete.
        if (session.IsLoggedIn)
            return;

        var verdict = await CheckAsync(session, request, cancellationToken);
        if (verdict.Account is { } account)
            verdict = await EnterAsync(session, header.Sequence, request, account, verdict, cancellationToken);

        metrics.LoginAnswered(verdict.Label);
        if (verdict.Result == ResultType.Ok)
            log.LoggedIn(session.Id, session.User, session.Client);
        else
            Refuse(session, header.Sequence, request, verdict);
    }

    private async ValueTask<LoginVerdict> CheckAsync(Session session, IMLoginReq request, CancellationToken cancellationToken)
    {
        try
        {
            return await authenticator.CheckAsync(request, session.Remote, cancellationToken);
        }
        catch (DependencyUnavailableException exception)
        {
            log.LoginImpossible(exception, session.Id);
            return LoginVerdict.NoDirectory;
        }
    }

    private async ValueTask<LoginVerdict> EnterAsync(
        Session session,
        ushort sequence,
        IMLoginReq request,
        UserAccount account,
        LoginVerdict verdict,
        CancellationToken cancellationToken)
    {
        var response = Response(request, account.Profile);
        session.Device = tokens.IsOn ? ResumeTokens.DeviceOf(request.DeviceId.Span) : null;
        if (session.Device is { } device
            && await tokens.IssueAsync(account, device, verdict.Used, cancellationToken) is { } token)
            response.ResumeToken = UnsafeByteOperations.UnsafeWrap(token);

        try
        {
            await arrivals.EnterAsync(session, account.Profile.Id, request.ClientType, sequence, response, cancellationToken);
            return verdict;
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
            ResultString = "ok",
            OnlineStatus = request.OnlineStatus,
            UserInfo = profile.ToWire(),
            ServerTimeMs = (ulong)now.ToUnixTimeMilliseconds(),
        };
    }

    private void Refuse(Session session, ushort sequence, IMLoginReq request, LoginVerdict verdict)
    {
        log.LoginRefused(session.Id, verdict.Label);
        var response = new IMLoginRes
        {
            ServerTime = (uint)time.GetUtcNow().ToUnixTimeSeconds(),
            ResultCode = verdict.Result,
            ResultString = verdict.Text,
        };
        if (verdict.IsTransient && request.HasDeviceId)
            response.RetryAfterMs = (uint)(RetryAfterMs + Random.Shared.Next(RetryWithinMs));
        session.Send(Command.LoginRes, sequence, response);
        session.Close(CloseReason.LoginRefused);
    }
}
