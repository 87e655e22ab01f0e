using System.Collections.Concurrent;
using BrokerIm.Core.Ports;
using BrokerIm.Gateway.Delivery;
using BrokerIm.Gateway.Sessions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace BrokerIm.Gateway.Presence;

/// <summary>
/// Holds this gateway's lease in the presence registry: takes it before the first client can come, renews it, announces every
/// session again when the registry has lost its content, and gives it up at the end.
/// </summary>
internal sealed class PresenceKeeper : BackgroundService, IHostedLifecycleService
{
    private const int AnnounceBatch = 1_000;
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);

    private readonly ConnectionTable _table;
    private readonly GatewayIdentity _identity;
    private readonly IPresenceWriter _presence;
    private readonly GatewayOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly PeriodicTimer _renewal;
    private readonly ConcurrentQueue<PresenceEntry> _removals = new();
    private readonly IReadOnlyList<IPresenceLossObserver> _observers;
    private string? _content;
    private long _knownAtMs;
    private long? _lostSinceMs;

    public PresenceKeeper(
        ConnectionTable table,
        GatewayIdentity identity,
        IPresenceWriter presence,
        IEnumerable<IPresenceLossObserver> observers,
        IOptions<GatewayOptions> options,
        TimeProvider time,
        ILogger<PresenceKeeper> log)
    {
        _observers = [.. observers];
        _table = table;
        _identity = identity;
        _presence = presence;
        _options = options.Value;
        _time = time;
        _log = log;
        _renewal = new(_options.PresenceRenewal, time);
    }

    /// <summary>Has an entry removed that could not be removed now.</summary>
    public void RemoveLater(PresenceEntry entry) => _removals.Enqueue(entry);

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        while (!await TryRenewAsync(cancellationToken))
            await Task.Delay(RetryPause, _time, cancellationToken);
        _log.LeaseTaken(_identity.Address);
    }

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        using var deadline = new CancellationTokenSource(Deadline, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            await _presence.RetireAsync(_identity.Address, either.Token);
        }
        catch (Exception exception) when (exception is DependencyUnavailableException or OperationCanceledException)
        {
            _log.LeaseNotRetired(exception);
        }
    }

    public override void Dispose()
    {
        _renewal.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (await _renewal.WaitForNextTickAsync(stoppingToken))
        {
            if (await TryRenewAsync(stoppingToken) && _lostSinceMs is { } since)
                await TellOfLossAsync(since, stoppingToken);
        }
    }

    // Deliver found nobody here meanwhile, which leaves no trace in what it sent; and it remembers that for a moment.
    private async Task TellOfLossAsync(long sinceMs, CancellationToken stoppingToken)
    {
        await Task.Delay(LoginCheck.Delay, _time, stoppingToken);
        foreach (var observer in _observers)
            observer.PresenceWasLost(sinceMs);
        _lostSinceMs = null;
    }

    private async Task<bool> TryRenewAsync(CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(Deadline, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            var askedAtMs = _time.GetUtcNow().ToUnixTimeMilliseconds();
            var content = await _presence.RenewAsync(_identity.Address, _options.PresenceLease, either.Token);
            if (_content is not null && content != _content)
            {
                await AnnounceAllAsync(cancellationToken);
                _lostSinceMs ??= _knownAtMs;
            }

            // Kept only now: should announcing fail half-way, the next renewal starts it again.
            (_content, _knownAtMs) = (content, askedAtMs);
            await RemoveLeftoversAsync(either.Token);
            return true;
        }
        catch (Exception exception) when (exception is DependencyUnavailableException || IsDeadline(exception, deadline))
        {
            _log.LeaseNotRenewed(exception);
            return false;
        }
    }

    private static bool IsDeadline(Exception exception, CancellationTokenSource deadline) =>
        exception is OperationCanceledException && deadline.IsCancellationRequested;

    private async Task AnnounceAllAsync(CancellationToken cancellationToken)
    {
        var announced = 0;
        foreach (var sessions in _table.All.Where(session => session.MayBePresent && session.IsServing).Chunk(AnnounceBatch))
        {
            using var deadline = new CancellationTokenSource(Deadline, _time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
            await AnnounceAsync(sessions, either.Token);
            announced += sessions.Length;
        }

        _log.PresenceAnnouncedAgain(announced);
    }

    private async Task AnnounceAsync(Session[] sessions, CancellationToken cancellationToken)
    {
        try
        {
            await _presence.AddAsync([.. sessions.Select(_identity.EntryOf)], cancellationToken);
        }
        catch (OperationCanceledException exception) when (cancellationToken.IsCancellationRequested)
        {
            throw new DependencyUnavailableException("The presence registry took too long to take sessions back.", exception);
        }

        // A session that left meanwhile has removed itself, perhaps before it was added again.
        foreach (var session in sessions.Where(session => !session.IsServing))
            RemoveLater(_identity.EntryOf(session));
    }

    private async Task RemoveLeftoversAsync(CancellationToken cancellationToken)
    {
        while (_removals.TryPeek(out var entry))
        {
            await _presence.RemoveAsync(entry, cancellationToken);
            _removals.TryDequeue(out _);
        }
    }
}
