using BrokerIm.Gateway.Sessions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace BrokerIm.Gateway.Connections;

/// <summary>Once a second looks at every connection and ends those whose time is up.</summary>
/// <remarks>A round over all of them is cheaper than a timer for each, which would cost memory and an entry in a heap.</remarks>
internal sealed class SessionWatch : BackgroundService
{
    private readonly ConnectionTable _table;
    private readonly TimeLimits _limits;
    private readonly TimeSpan _lingerMax;
    private readonly PeriodicTimer _tick;

    public SessionWatch(ConnectionTable table, IOptions<GatewayOptions> options, GatewayMetrics metrics, TimeProvider time)
    {
        _table = table;
        _limits = new(options.Value);
        _lingerMax = options.Value.SlowReaderTimeout;
        _tick = new(TimeSpan.FromSeconds(1), time);
        metrics.ObserveConnections(() => ConnectionCounts.Of(table));
    }

    public override void Dispose()
    {
        _tick.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (await _tick.WaitForNextTickAsync(stoppingToken))
        {
            foreach (var session in _table.All)
                Look(session);
        }
    }

    private void Look(Session session)
    {
        if (session.State == SessionState.Closed)
            CutOffLingering(session);
        else if (_limits.Exceeded(session) is { } reason)
            session.Close(reason);
    }

    // Closing waits for the client to take its last bytes; one that never does would keep its socket for ever.
    private void CutOffLingering(Session session)
    {
        if (session.InStateFor() <= _lingerMax)
            return;
        session.Abort("The client did not take its last bytes.");
        _table.Remove(session);
    }
}
