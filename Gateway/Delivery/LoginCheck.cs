using BrokerIm.Core.Ports;
using BrokerIm.Gateway.Sessions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace BrokerIm.Gateway.Delivery;

/// <summary>
/// Closes the gap between a client's login and the moment from which everybody knows about it. The heads read at login are what
/// the client has or asks for; once whoever remembered the user as absent must have forgotten it, the store is read again for
/// what was sent to nobody in between.
/// </summary>
internal sealed class LoginCheck : BackgroundService, ISessionObserver
{
    /// <summary>Deliver remembers for two seconds at most where a user is.</summary>
    public static readonly TimeSpan Delay = TimeSpan.FromSeconds(2.5);

    private static readonly TimeSpan s_retryDelay = TimeSpan.FromSeconds(2.5);

    private readonly SessionCheck _check;
    private readonly ILogger _log;
    private readonly DelayedWork<Session> _work;
    private volatile bool _hasBegun;

    public LoginCheck(SessionCheck check, IOptions<GatewayOptions> options, TimeProvider time, ILogger<LoginCheck> log)
    {
        _check = check;
        _log = log;
        _work = new(options.Value.RepairConcurrency, time, CheckAsync);
    }

    /// <summary>Whether any session has been looked at; what is lost before that, the checks find.</summary>
    public bool HasBegun => _hasBegun;

    public async ValueTask LoggedInAsync(Session session, CancellationToken cancellationToken)
    {
        _work.Add(session, Delay);
        try
        {
            await _check.SetBaselineAsync(session, cancellationToken);
        }
        catch (DependencyUnavailableException exception)
        {
            // Without a baseline the check brings everything from about the login on, some of it for the second time.
            _log.NoBaseline(session.Id, exception);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The session ended meanwhile.
        }
    }

    public void Closed(Session session)
    {
        // The check finds out by itself.
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => _work.RunAsync(stoppingToken);

    private async ValueTask CheckAsync(Session session, CancellationToken stoppingToken)
    {
        if (!session.IsLoggedIn)
            return;

        _hasBegun = true;
        try
        {
            await _check.RunAsync(
                session.User, [session], LoginMoment.MissedSinceMs(session), static _ => true, stoppingToken);
            lock (session.Cursor.Gate)
                session.Cursor.Settle();
        }
        catch (DependencyUnavailableException exception)
        {
            _log.RepairFailed(session.Id, exception);
            _work.Add(session, s_retryDelay);
        }
    }
}
