using BrokerIm.Core.Ports;
using Microsoft.Extensions.Logging;

namespace BrokerIm.Gateway.Http.Discovery;

/// <summary>
/// What all gateways offer, read from the registry once a second at most, however many clients ask. When the registry does not
/// answer, what was read before goes on counting.
/// </summary>
internal sealed class OfferList(
    OwnOffer own, GatewayIdentity identity, IPresenceWriter presence, TimeProvider time, ILogger<OfferList> log)
{
    private static readonly TimeSpan s_lifetime = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private Task<OfferedGateway[]> _reading = Task.FromResult<OfferedGateway[]>([]);
    private OfferedGateway[] _before = [];
    private long? _readAt;

    /// <summary>Every gateway that offers anything, this one among them, in no order.</summary>
    public Task<OfferedGateway[]> GetAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_reading.IsCompleted && (_readAt is not { } readAt || time.GetElapsedTime(readAt) >= s_lifetime))
            {
                _readAt = time.GetTimestamp();

                // Nobody's own question: whoever asked first may go away, the others wait on.
                _reading = ReadAsync();
            }

            return _reading.WaitAsync(cancellationToken);
        }
    }

    private async Task<OfferedGateway[]> ReadAsync()
    {
        IEnumerable<OfferedGateway> others;
        try
        {
            var offers = await presence.OffersAsync(CancellationToken.None);
            others = offers.Where(offer => offer.Key != identity.Address).Select(offer => new OfferedGateway(offer.Key, offer.Value));
        }
        catch (DependencyUnavailableException exception)
        {
            log.OffersNotRead(exception);
            others = _before.Where(gateway => gateway.Address != identity.Address);
        }

        OfferedGateway[] gateways = [.. others, new(identity.Address, own.Current)];
        foreach (var gateway in gateways)
            gateway.Follow(Array.Find(_before, before => before.Address == gateway.Address));

        // So that gateways which see the same numbers do not all choose the same one.
        Random.Shared.Shuffle(gateways);
        return _before = gateways;
    }
}
