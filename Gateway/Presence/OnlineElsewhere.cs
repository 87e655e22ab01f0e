using System.Collections.Concurrent;
using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using BrokerIm.Gateway.Sessions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace BrokerIm.Gateway.Presence;

/// <summary>
/// Remembers which users the clients here take for online because of another gateway. When that gateway dies nobody is left to say
/// that they went, so it is found out here, for the clients here.
/// </summary>
internal sealed class OnlineElsewhere(
    IPresenceWriter presence,
    GatewayIdentity identity,
    ConnectionTable table,
    Roster roster,
    IOptions<GatewayOptions> options,
    TimeProvider time,
    ILogger<OnlineElsewhere> log) : BackgroundService
{
    // Keeps one question to the registry short; others use the same connection.
    private const int FindBatch = 1_000;

    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<UserId, GatewayAddress> _users = new();

    // Since when a gateway has had no lease. A registry that lost its content has it back with the gateways' next renewals.
    private Dictionary<GatewayAddress, long> _missingSince = [];

    /// <summary>Clients here were told that a user is online, by a PC at this gateway or another.</summary>
    public void Online(UserId user, GatewayAddress gateway)
    {
        if (gateway != identity.Address)
            _users[user] = gateway;
    }

    /// <summary>Clients here were told that a user is offline.</summary>
    public void Offline(UserId user) => _users.TryRemove(user, out _);

    /// <summary>Looks for gateways that are gone, and tells of the users who went with them.</summary>
    private async Task LookAsync(CancellationToken cancellationToken)
    {
        var gone = Gone([.. await presence.GatewaysAsync(cancellationToken)]);
        var orphans = _users.Where(one => gone.Contains(one.Value)).ToList();
        foreach (var batch in orphans.Chunk(FindBatch))
        {
            var found = await presence.FindAsync([.. batch.Select(static one => one.Key)], cancellationToken);
            for (var i = 0; i < batch.Length; i++)
                Settle(batch[i], found[i]);
        }

        if (orphans.Count > 0)
            log.OrphansSettled(orphans.Count);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.PresenceRenewal, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            using var deadline = new CancellationTokenSource(s_deadline, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, stoppingToken);
            try
            {
                await LookAsync(either.Token);
            }
            catch (Exception exception) when (exception is DependencyUnavailableException || deadline.IsCancellationRequested)
            {
                log.GatewaysNotRead(exception);
            }
        }
    }

    private HashSet<GatewayAddress> Gone(HashSet<GatewayAddress> live)
    {
        var now = time.GetTimestamp();
        _missingSince = _users.Values.Distinct().Where(gateway => !live.Contains(gateway))
            .ToDictionary(static gateway => gateway, gateway => _missingSince.GetValueOrDefault(gateway, now));
        return [.. _missingSince.Where(one => time.GetElapsedTime(one.Value, now) >= 2 * options.Value.PresenceRenewal).Select(static one => one.Key)];
    }

    private void Settle(KeyValuePair<UserId, GatewayAddress> orphan, IReadOnlyList<PresenceEntry> found)
    {
        var user = orphan.Key;
        if (found.FirstOrDefault(static entry => entry.Client.ClassOf() == DeviceClass.Pc) is { } pc)
        {
            // He came in elsewhere, and whoever took him in has said or will say so.
            if (pc.Gateway == identity.Address)
                _users.TryRemove(orphan);
            else
                _users.TryUpdate(user, pc.Gateway, orphan.Value);
            return;
        }

        // Unless somebody spoke of him meanwhile.
        if (!_users.TryRemove(orphan))
            return;
        roster.Tell(user, UserStatType.Offline);
        PhoneNotice.Tell(table, user, UserStatType.Offline);
    }
}
