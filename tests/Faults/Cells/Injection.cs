using BrokerIm.Faults.Beds;
using BrokerIm.Faults.Proxy;

namespace BrokerIm.Faults.Cells;

/// <summary>Breaks a component and mends it again.</summary>
internal static class Injection
{
    private const int Resets = 4;

    // Sessions of Kafka in ZooKeeper last 30 s, those of workers in Kafka 3 s here.
    private static readonly TimeSpan s_longPause = TimeSpan.FromSeconds(35);

    private static readonly LinkFault s_slow = new()
    {
        Delay = TimeSpan.FromMilliseconds(100), Jitter = TimeSpan.FromMilliseconds(100), BytesPerSecond = 128 * 1024,
    };

    /// <summary>Why a cell cannot be run here; null when it can.</summary>
    public static string? Obstacle(Bed bed, Cell cell) => cell.Fault == Fault.FullDisk && bed.DiskOf(cell.Component) is null
        ? "this machine does not allow a small file system to be mounted"
        : null;

    /// <summary>Does it; returns when the component works again.</summary>
    public static async Task RunAsync(Bed bed, Cell cell, TimeSpan duration, CancellationToken cancellationToken)
    {
        var component = cell.Component;
        switch (cell.Fault)
        {
            case Fault.Kill:
                await bed.KillAsync(component, cancellationToken);
                await Task.Delay(duration, cancellationToken);
                await bed.ReviveAsync(component, cancellationToken);
                break;
            case Fault.Pause:
                await bed.SignalAsync(component, "STOP", cancellationToken);
                await Task.Delay(component is "kafka" or "zookeeper" ? s_longPause : duration, cancellationToken);
                await bed.SignalAsync(component, "CONT", cancellationToken);
                break;
            case Fault.Restart:
                await bed.RestartAsync(component, cancellationToken);
                break;
            case Fault.Reset:
                for (var i = 0; i < Resets; i++)
                {
                    foreach (var link in bed.LinksOf(component))
                        link.Reset();
                    await Task.Delay(duration / Resets, cancellationToken);
                }

                break;
            case Fault.Blackhole:
                await WithAsync(bed.LinksOf(component), LinkFault.Blackhole, duration, cancellationToken);
                break;
            case Fault.Slow:
                await WithAsync(bed.LinksOf(component), s_slow, duration, cancellationToken);
                break;
            case Fault.FullDisk:
                await FillAsync(bed, component, duration, cancellationToken);
                break;
            case Fault.Wipe:
                await bed.WipeAsync(cancellationToken);
                await Task.Delay(duration, cancellationToken);
                await bed.WipeAsync(cancellationToken);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(cell), cell.Fault, "Nobody knows how to do that.");
        }
    }

    private static async Task WithAsync(
        IReadOnlyList<FaultProxy> links, LinkFault fault, TimeSpan duration, CancellationToken cancellationToken)
    {
        foreach (var link in links)
            link.Fault = fault;
        try
        {
            await Task.Delay(duration, cancellationToken);
        }
        finally
        {
            foreach (var link in links)
                link.Fault = LinkFault.None;
        }
    }

    private static async Task FillAsync(Bed bed, string component, TimeSpan duration, CancellationToken cancellationToken)
    {
        var disk = bed.DiskOf(component)!;
        disk.Fill();
        try
        {
            await Task.Delay(duration, cancellationToken);
        }
        finally
        {
            disk.Free();
        }

        // Kafka ends and Cassandra shuts its door when they cannot write: an operator makes room and starts them again. The
        // embedded server must go on by itself.
        if (component is "kafka" or "cassandra" or "zookeeper")
            await bed.ReviveAsync(component, cancellationToken);
    }
}
