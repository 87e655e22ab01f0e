using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BrokerIm.Gateway.Delivery;

/// <summary>Warns when the bus has gone quiet. Watermarks come every few seconds, so silence means that something is down.</summary>
internal sealed class DeliverySilence(TimeProvider time, ILogger<DeliverySilence> log) : BackgroundService
{
    /// <summary>Silence that is reported.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(5);

    private long _heardAt = time.GetTimestamp();
    private volatile bool _warned;

    /// <summary>How long nothing has come.</summary>
    public TimeSpan Length => time.GetElapsedTime(Volatile.Read(ref _heardAt));

    /// <summary>Something has come from the bus.</summary>
    public void Heard()
    {
        if (_warned)
        {
            log.DeliveryResumed(Length);
            _warned = false;
        }

        Volatile.Write(ref _heardAt, time.GetTimestamp());
    }

    /// <summary>Warns once per silence.</summary>
    internal void Look()
    {
        if (_warned || Length < Limit)
            return;

        _warned = true;
        log.DeliverySilent(Length);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            Look();
    }
}
