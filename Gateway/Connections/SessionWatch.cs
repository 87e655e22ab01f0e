using BrokerIm.Core.Values;
using BrokerIm.Gateway.Sessions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace BrokerIm.Gateway.Connections;

/// <summary>Once a second looks at every connection and ends those whose time is up (protocol chapter 01 section 5.1).</summary>
/// <remarks>One pass costs about 10 ns per connection; a timer for each would cost memory and an entry in a heap.</remarks>
internal sealed class SessionWatch : BackgroundService
{
    private readonly ConnectionTable _table;
    private readonly GatewayOptions _options;
    private readonly PeriodicTimer _tick;

    public SessionWatch(ConnectionTable table, IOptions<GatewayOptions> options, GatewayMetrics metrics, TimeProvider time)
    {
        _table = table;
        _options = options.Value;
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
        else if (Overdue(session) is { } reason)
            session.Close(reason);
    }

    private CloseReason? Overdue(Session session) => session.State switch
    {
        _ when session.StalledFor() > _options.SlowReaderTimeout => CloseReason.SlowReader,
        SessionState.Connected when session.InStateFor() > _options.LoginDeadline => CloseReason.LoginTimeout,
        SessionState.LoggedIn when session.SilentFor() > IdleLimit(session.Class) => CloseReason.Idle,
        SessionState.Kicked when session.InStateFor() > _options.KickGrace => CloseReason.Kicked,
        _ => null,
    };

    private TimeSpan IdleLimit(DeviceClass device) =>
        device == DeviceClass.Mobile ? _options.MobileIdleLimit : _options.PcIdleLimit;

    // Closing waits for the client to take its last bytes; one that never does would keep its socket for ever.
    private void CutOffLingering(Session session)
    {
        if (session.InStateFor() <= _options.SlowReaderTimeout)
            return;
        session.Abort("The client did not take its last bytes.");
        _table.Remove(session);
    }
}
