using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;

namespace BrokerIm.Gateway.Http.Discovery;

/// <summary>Bounds how often one address may ask. Nobody has logged in there, so the address is all there is to go by.</summary>
internal sealed class DiscoveryLimit : IDisposable
{
    private const int BurstSeconds = 10;
    private const int NetworkBytesOfIPv6 = 8;

    private readonly PartitionedRateLimiter<IPAddress>? _limiter;

    public DiscoveryLimit(IOptions<GatewayOptions> options)
    {
        var perSecond = options.Value.DiscoveryPerSecond;
        if (perSecond > 0)
            _limiter = PartitionedRateLimiter.Create<IPAddress, IPAddress>(
                address => RateLimitPartition.GetTokenBucketLimiter(address, _ => Bucket(perSecond)));
    }

    /// <summary>Whether this address may ask now.</summary>
    public bool TryPass(IPAddress? remote)
    {
        if (_limiter is null || remote is null)
            return true;
        using var lease = _limiter.AttemptAcquire(Network(OwnOffer.Plain(remote)));
        return lease.IsAcquired;
    }

    public void Dispose() => _limiter?.Dispose();

    private static TokenBucketRateLimiterOptions Bucket(int perSecond) => new()
    {
        TokenLimit = perSecond * BurstSeconds,
        TokensPerPeriod = perSecond,
        ReplenishmentPeriod = TimeSpan.FromSeconds(1),
        QueueLimit = 0,
        AutoReplenishment = true,
    };

    // Whoever has an IPv6 address has the whole network of it.
    private static IPAddress Network(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
            return address;
        var bytes = address.GetAddressBytes();
        bytes.AsSpan(NetworkBytesOfIPv6).Clear();
        return new(bytes);
    }
}
