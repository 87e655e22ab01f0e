using System.Threading.Channels;

namespace BrokerIm.Adapters.Embedded;

/// <summary>Lets one reader wait until somebody has news. News that comes while nobody waits is remembered, once.</summary>
internal sealed class AsyncSignal
{
    private readonly Channel<bool> _news = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    /// <summary>Wakes the reader, now or when it next waits.</summary>
    public void Set() => _news.Writer.TryWrite(true);

    /// <summary>Waits for news since the last wait.</summary>
    public async ValueTask WaitAsync(CancellationToken cancellationToken) => await _news.Reader.ReadAsync(cancellationToken);
}
