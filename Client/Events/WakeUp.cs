using System.Threading.Channels;

namespace BrokerIm.Client.Events;

/// <summary>Wakes the one that waits; set many times while nobody waits, it wakes once.</summary>
internal sealed class WakeUp
{
    private readonly Channel<bool> _signal =
        Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>There may be something to do.</summary>
    public void Set() => _signal.Writer.TryWrite(true);

    /// <summary>Completes when there may be something to do.</summary>
    public async ValueTask WaitAsync(CancellationToken cancellationToken) => await _signal.Reader.ReadAsync(cancellationToken);
}
