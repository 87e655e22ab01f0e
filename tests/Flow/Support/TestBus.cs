using System.Threading.Channels;
using BrokerIm.Contracts.Records;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;

namespace BrokerIm.Tests.Flow.Support;

/// <summary>A delivery bus in memory, for tests of the gateway alone: hands broadcasts on one at a time, in order.</summary>
internal sealed class TestBus : IDeliverySender, IDeliveryReceiver
{
    private readonly Channel<bool> _turn = Channel.CreateBounded<bool>(1);
    private readonly List<Func<DeliveryBatch, CancellationToken, ValueTask>> _handlers = [];

    public TestBus() => EndTurn();

    /// <summary>While set, broadcasts are refused.</summary>
    public bool IsDown { get; set; }

    public ValueTask<bool> SendAsync(GatewayAddress gateway, DeliveryBatch batch, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public async ValueTask BroadcastAsync(DeliveryBatch batch, CancellationToken cancellationToken)
    {
        if (IsDown)
            throw new DependencyUnavailableException("The bus is down.");

        await _turn.Reader.ReadAsync(cancellationToken);
        try
        {
            foreach (var handler in _handlers.ToArray())
                await handler(batch, cancellationToken);
        }
        finally
        {
            EndTurn();
        }
    }

    /// <summary>Keeps broadcasts waiting until the returned object is disposed.</summary>
    public async Task<IDisposable> HoldAsync(CancellationToken cancellationToken)
    {
        await _turn.Reader.ReadAsync(cancellationToken);
        return new Disposing(EndTurn);
    }

    public async Task<IAsyncDisposable> SubscribeAsync(
        GatewayAddress? self, Func<DeliveryBatch, CancellationToken, ValueTask> handler, CancellationToken cancellationToken)
    {
        await _turn.Reader.ReadAsync(cancellationToken);
        _handlers.Add(handler);
        EndTurn();
        return new Disposing(() => _handlers.Remove(handler));
    }

    private void EndTurn() => Assert.True(_turn.Writer.TryWrite(true));

    private sealed class Disposing(Action end) : IDisposable, IAsyncDisposable
    {
        public void Dispose() => end();

        public ValueTask DisposeAsync()
        {
            end();
            return default;
        }
    }
}
