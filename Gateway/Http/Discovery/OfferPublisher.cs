using BrokerIm.Core.Ports;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace BrokerIm.Gateway.Http.Discovery;

/// <summary>
/// Says every few seconds what this gateway offers, so that any gateway can send clients to it: from when it listens until it is
/// told to stop, and only while its health checks are passed.
/// </summary>
internal sealed class OfferPublisher : BackgroundService, IHostedLifecycleService
{
    /// <summary>Intervals that an offer outlives; a pause of the process must not take it from the list, its death must.</summary>
    private const int LifetimeInIntervals = 5;

    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(5);

    private readonly OwnOffer _own;
    private readonly GatewayIdentity _identity;
    private readonly IPresenceWriter _presence;
    private readonly HealthCheckService? _health;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly TimeSpan _lifetime;
    private readonly PeriodicTimer _tick;
    private volatile bool _started;
    private string? _notReady;

    public OfferPublisher(
        OwnOffer own,
        GatewayIdentity identity,
        IPresenceWriter presence,
        IEnumerable<HealthCheckService> health,
        IOptions<GatewayOptions> options,
        TimeProvider time,
        ILogger<OfferPublisher> log)
    {
        _own = own;
        _identity = identity;
        _presence = presence;
        _health = health.FirstOrDefault();
        _time = time;
        _log = log;
        _lifetime = options.Value.OfferInterval * LifetimeInIntervals;
        _tick = new(options.Value.OfferInterval, time);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        await LookAsync(cancellationToken);
        var offer = _own.Current;
        _log.Offered(offer.Port, string.Join(", ", offer.Addresses));
        _started = true;
    }

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        // Before the door is shut: whoever is told to come here from now on would come in vain.
        await base.StopAsync(cancellationToken);
        _own.IsReady = false;
        await PublishAsync(cancellationToken);
    }

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Dispose()
    {
        _tick.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (await _tick.WaitForNextTickAsync(stoppingToken))
            {
                // Nobody is to come before the ports listen.
                if (_started)
                    await LookAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Ended on purpose, and before the host stops: it would take this for a failure.
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        var why = await FindFaultAsync(cancellationToken);
        if (why is not null && why != _notReady)
            _log.NotOffered(why);
        _notReady = why;
        _own.IsReady = why is null;
        await PublishAsync(cancellationToken);
    }

    private async Task<string?> FindFaultAsync(CancellationToken cancellationToken)
    {
        if (_health is null)
            return null;

        var report = await _health.CheckHealthAsync(cancellationToken);
        return report.Status == HealthStatus.Unhealthy
            ? string.Join(", ", report.Entries.Where(check => check.Value.Status == HealthStatus.Unhealthy).Select(check => check.Key))
            : null;
    }

    private async Task PublishAsync(CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(s_deadline, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            await _presence.OfferAsync(_identity.Address, _own.Current, _lifetime, either.Token);
        }
        catch (Exception exception) when (exception is DependencyUnavailableException
            || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            _log.OfferNotMade(exception);
        }
    }
}
