using BrokerIm.Contracts.Records;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;

namespace BrokerIm.Tests.Flow.Support;

/// <summary>The sending hand of a bus that goes away, or takes its time, when told to.</summary>
internal sealed class FaultyBus(IDeliverySender inner) : IDeliverySender
{
    private volatile Task _held = Task.CompletedTask;

    /// <summary>While set, everything is refused.</summary>
    public bool IsDown { get; set; }

    /// <summary>Keeps broadcasts waiting until the returned source is completed.</summary>
    public TaskCompletionSource Hold()
    {
        var hold = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _held = hold.Task;
        return hold;
    }

    public ValueTask<bool> SendAsync(GatewayAddress gateway, DeliveryBatch batch, CancellationToken cancellationToken) =>
        IsDown ? throw new DependencyUnavailableException("The bus is down.") : inner.SendAsync(gateway, batch, cancellationToken);

    public async ValueTask BroadcastAsync(DeliveryBatch batch, CancellationToken cancellationToken)
    {
        await _held.WaitAsync(cancellationToken);
        if (IsDown)
            throw new DependencyUnavailableException("The bus is down.");
        await inner.BroadcastAsync(batch, cancellationToken);
    }
}
