using System.Security.Cryptography;
using BrokerIm.Contracts.Records;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using Microsoft.Extensions.Logging;

namespace BrokerIm.Workers.Deliver;

/// <summary>
/// The chains of positions to the gateways: per gateway and partition a count of what was sent, so that a gateway sees when
/// something is missing.
/// </summary>
/// <remarks>Deliveries and watermarks take turns, so a chain's numbers go out in their order.</remarks>
internal sealed class GatewayLinks(
    IDeliverySender sender, PresenceCache presence, TimeProvider time, ILogger<GatewayLinks> log) : IDisposable
{
    private readonly Dictionary<int, Owned> _partitions = [];
    private readonly SemaphoreSlim _turn = new(1, 1);

    /// <summary>Waits for the other party to have sent what it has to send. Dispose to end the turn.</summary>
    public async ValueTask<IDisposable> TakeTurnAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        return new Turn(_turn);
    }

    /// <summary>Notes that this worker owns a partition; a new generation starts new chains under a new owner's name.</summary>
    public void Enter(int partition, long generation)
    {
        if (!_partitions.TryGetValue(partition, out var owned) || owned.Generation != generation)
            _partitions[partition] = new(generation);
    }

    /// <summary>Gives up partitions that this worker holds no more.</summary>
    public void Keep(IReadOnlyList<(int Partition, long Generation)> assignments)
    {
        foreach (var gone in _partitions.Keys.Except(assignments.Select(held => held.Partition)).ToList())
            _partitions.Remove(gone);
        foreach (var (partition, generation) in assignments)
            Enter(partition, generation);
    }

    /// <summary>Something of the partition could not be addressed: under a new name every gateway looks for itself.</summary>
    public void Break(int partition) => _partitions[partition].Chains.Clear();

    /// <summary>The next part of a partition's chain to a gateway.</summary>
    public PartitionDelivery NextPart(GatewayAddress gateway, int partition)
    {
        var owned = _partitions[partition];

        // A chain that begins anew has a name of its own: to a gateway that still knows an earlier one its numbers would look like repeats.
        if (!owned.Chains.TryGetValue(gateway, out var chain))
            chain = new(NewOwner(), 0, 0);
        owned.Chains[gateway] = chain with { Position = chain.Position + 1, SentAt = time.GetTimestamp() };
        return new()
        {
            Partition = (uint)partition,
            Owner = chain.Owner,
            Previous = chain.Position,
            Position = chain.Position + 1,
        };
    }

    /// <summary>Sends a plan, the gateways side by side, each gateway's bus messages in order.</summary>
    public Task SendAsync(RoutePlan plan, CancellationToken cancellationToken) => Task.WhenAll(
        plan.Parcels.Select(parcel => SendAsync(parcel.Gateway, parcel.Batches, cancellationToken)));

    /// <summary>
    /// Tells every gateway how far its chains reach where nothing was sent for a while, so that the loss of the last message of a
    /// quiet conversation shows too.
    /// </summary>
    public async Task SendWatermarksAsync(
        IReadOnlyList<GatewayAddress> gateways, TimeSpan quiet, CancellationToken cancellationToken)
    {
        var live = gateways.ToHashSet();
        foreach (var owned in _partitions.Values)
        {
            foreach (var gone in owned.Chains.Keys.Where(gateway => !live.Contains(gateway)).ToList())
                owned.Chains.Remove(gone);
        }

        await Task.WhenAll(gateways.Select(gateway =>
        {
            var batch = new DeliveryBatch();
            foreach (var (partition, owned) in _partitions)
            {
                if (!owned.Chains.TryGetValue(gateway, out var chain) || time.GetElapsedTime(chain.SentAt) >= quiet)
                    batch.Partitions.Add(NextPart(gateway, partition));
            }

            return batch.Partitions.Count == 0 ? Task.CompletedTask : SendAsync(gateway, [batch], cancellationToken);
        }));
    }

    public void Dispose() => _turn.Dispose();

    private async Task SendAsync(GatewayAddress gateway, List<DeliveryBatch> batches, CancellationToken cancellationToken)
    {
        for (var i = 0; i < batches.Count; i++)
        {
            try
            {
                if (await sender.SendAsync(gateway, batches[i], cancellationToken))
                    continue;

                presence.Forget(gateway);
                DeliverMetrics.Shed("gateway_gone", batches.Count - i);
                log.GatewayGone(gateway, batches.Count - i);
            }
            catch (DependencyUnavailableException exception)
            {
                DeliverMetrics.Shed("bus", batches.Count - i);
                log.BusUnavailable(gateway, batches.Count - i, exception);
            }

            // The positions given up stay used: the next message to this gateway does not join on to what it has.
            return;
        }
    }

    private static ulong NewOwner() => BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));

    private readonly record struct Chain(ulong Owner, ulong Position, long SentAt);

    private sealed record Owned(long Generation)
    {
        public Dictionary<GatewayAddress, Chain> Chains { get; } = [];
    }

    private sealed class Turn(SemaphoreSlim turn) : IDisposable
    {
        public void Dispose() => turn.Release();
    }
}
