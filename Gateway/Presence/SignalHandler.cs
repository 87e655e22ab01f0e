using BrokerIm.Contracts.Records;
using BrokerIm.Gateway.Peers;

namespace BrokerIm.Gateway.Presence;

/// <summary>Acts on news from other gateways. What this gateway said itself comes back too and is skipped: it acted when it spoke.</summary>
internal sealed class SignalHandler(
    GatewayIdentity identity, Kicks kicks, PresenceNews news, StatusCache statuses, Roster roster, PeerRelay peers)
{
    /// <summary>Handles one signal; never waits for a service.</summary>
    public ValueTask HandleAsync(Signal signal, CancellationToken cancellationToken)
    {
        if (signal.FromIncarnation == identity.Address.Incarnation && signal.FromGateway == identity.Address.Id)
            return default;

        switch (signal.Kind)
        {
            case SignalKind.Kick:
                kicks.Handle(signal);
                break;
            case SignalKind.PresenceChanged:
                statuses.Forget(new(signal.User));
                break;
            case SignalKind.UserStatus:
                statuses.Forget(new(signal.User));
                news.HandleStatus(signal);
                break;
            case SignalKind.PcLogin:
                news.HandlePcLogin(signal);
                break;
            case SignalKind.Signature:
                roster.TellSignature(new(signal.User), signal.Text);
                break;
            case SignalKind.Avatar:
                roster.TellAvatar(new(signal.User), signal.Text);
                break;
            case SignalKind.P2P:
                peers.Handle(signal);
                break;
            default:
                // A newer gateway may know signals that this one does not.
                break;
        }

        return default;
    }
}
