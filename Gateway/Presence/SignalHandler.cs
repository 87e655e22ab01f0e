using BrokerIm.Contracts.Records;

namespace BrokerIm.Gateway.Presence;

/// <summary>Acts on news from other gateways. What this gateway said itself comes back too and is skipped: it acted when it spoke.</summary>
internal sealed class SignalHandler(GatewayIdentity identity)
{
    /// <summary>Handles one signal; never waits for a service.</summary>
    public ValueTask HandleAsync(Signal signal, CancellationToken cancellationToken)
    {
        if (signal.FromIncarnation == identity.Address.Incarnation)
            return default;
        return default;
    }
}
