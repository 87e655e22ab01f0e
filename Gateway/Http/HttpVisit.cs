namespace BrokerIm.Gateway.Http;

/// <summary>Says of a connection that it came in by a client HTTP port, and counts it there until it leaves.</summary>
internal sealed class HttpVisit(Action leave)
{
    private Action? _leave = leave;

    /// <summary>Counts it no more: it is gone, or counted elsewhere. Harmless to repeat.</summary>
    public void Leave() => Interlocked.Exchange(ref _leave, null)?.Invoke();
}
