namespace BrokerIm.Cql.Wire;

/// <summary>The stream ids of a connection: as many as may be in flight, made when first needed, the last given back first.</summary>
internal sealed class Streams(CqlConnection connection, int max) : IDisposable
{
    private readonly SemaphoreSlim _places = new(max);
    private readonly Lock _gate = new();
    private readonly Stack<Exchange> _free = new();
    private readonly Exchange?[] _all = new Exchange?[max];
    private int _made;

    /// <summary>Ids that are taken.</summary>
    public int Taken => max - _places.CurrentCount;

    /// <summary>Waits for a free id.</summary>
    /// <returns>Null if none became free in time.</returns>
    public async ValueTask<Exchange?> TakeAsync(TimeSpan patience, CancellationToken cancellationToken) =>
        await _places.WaitAsync(patience, cancellationToken) ? Take() : null;

    /// <summary>Takes an id if one is free.</summary>
    public Exchange? TryTake() => _places.Wait(0, CancellationToken.None) ? Take() : null;

    /// <summary>The exchange that has this id; null if the id was never given out.</summary>
    public Exchange? Find(short stream) => stream >= 0 && stream < max ? Volatile.Read(ref _all[stream]) : null;

    public void Release(Exchange exchange)
    {
        lock (_gate)
            _free.Push(exchange);
        _places.Release();
    }

    /// <summary>Ends every wait whose deadline has passed.</summary>
    /// <returns>How many ids wait for an answer that nobody wants any more.</returns>
    public int Expire(long now)
    {
        var abandoned = 0;
        for (var i = 0; i < Volatile.Read(ref _made); i++)
        {
            if (_all[i]?.ExpireAt(now) == true)
                abandoned++;
        }

        return abandoned;
    }

    /// <summary>Ends every wait: no more answers come.</summary>
    public void Fail(Func<Exception> reason)
    {
        for (var i = 0; i < Volatile.Read(ref _made); i++)
            _all[i]?.Fail(reason());
    }

    public void Dispose() => _places.Dispose();

    private Exchange Take()
    {
        lock (_gate)
        {
            if (_free.TryPop(out var free))
                return free;

            var made = new Exchange(connection, (short)_made);
            Volatile.Write(ref _all[_made], made);
            Volatile.Write(ref _made, _made + 1);
            return made;
        }
    }
}
