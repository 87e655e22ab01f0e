using BrokerIm.Contracts.Records;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using BrokerIm.Simulation.Engine;

namespace BrokerIm.Simulation.Variants;

/// <summary>Deliveries get lost and nobody looks for them.</summary>
internal sealed class NoRepair : Variant
{
    private const int Nth = 20;

    public override string Name => "no-repair";

    public override string Says => $"every {Nth}th bus message to a gateway is dropped, and gateways look for no gaps";

    public override bool NeedsGateways => true;

    public override bool RepairsGaps => false;

    public override IDeliverySender Sender(IDeliverySender sender) => new Dropping(sender);

    private sealed class Dropping(IDeliverySender inner) : IDeliverySender
    {
        private int _sent;

        public ValueTask<bool> SendAsync(GatewayAddress gateway, DeliveryBatch batch, CancellationToken cancellationToken) =>
            ++_sent % Nth == 0 ? new(true) : inner.SendAsync(gateway, batch, cancellationToken);

        public ValueTask BroadcastAsync(DeliveryBatch batch, CancellationToken cancellationToken) =>
            inner.BroadcastAsync(batch, cancellationToken);
    }
}

/// <summary>A user is entered into the registry after his client has read what is there.</summary>
internal sealed class LatePresence : Variant
{
    private static readonly TimeSpan s_late = TimeSpan.FromSeconds(8);

    public override string Name => "late-presence";

    public override string Says => "presence is registered after the heads were read, so that nobody is told of what comes between";

    public override bool NeedsGateways => true;

    public override IPresenceWriter Presence(IPresenceWriter presence, Node node) => new Late(presence, node);

    private sealed class Late(IPresenceWriter inner, Node node) : IPresenceWriter
    {
        public ValueTask AddAsync(IReadOnlyList<PresenceEntry> entries, CancellationToken cancellationToken)
        {
            node.Start("a late entry", async () =>
            {
                await Task.Delay(s_late, node.Time, CancellationToken.None);
                try
                {
                    await inner.AddAsync(entries, CancellationToken.None);
                }
                catch (DependencyUnavailableException)
                {
                    // The next announcement says it.
                }
            });
            return ValueTask.CompletedTask;
        }

        public ValueTask RemoveAsync(PresenceEntry entry, CancellationToken cancellationToken) =>
            inner.RemoveAsync(entry, cancellationToken);

        public ValueTask<IReadOnlyList<IReadOnlyList<PresenceEntry>>> FindAsync(
            IReadOnlyList<UserId> users, CancellationToken cancellationToken) => inner.FindAsync(users, cancellationToken);

        public ValueTask<IReadOnlyList<GatewayAddress>> GatewaysAsync(CancellationToken cancellationToken) =>
            inner.GatewaysAsync(cancellationToken);

        public ValueTask<IReadOnlyDictionary<GatewayAddress, GatewayOffer>> OffersAsync(CancellationToken cancellationToken) =>
            inner.OffersAsync(cancellationToken);

        public ValueTask<string> RenewAsync(GatewayAddress gateway, TimeSpan lease, CancellationToken cancellationToken) =>
            inner.RenewAsync(gateway, lease, cancellationToken);

        public ValueTask OfferAsync(GatewayAddress gateway, GatewayOffer offer, TimeSpan lifetime, CancellationToken cancellationToken) =>
            inner.OfferAsync(gateway, offer, lifetime, cancellationToken);

        public ValueTask RetireAsync(GatewayAddress gateway, CancellationToken cancellationToken) =>
            inner.RetireAsync(gateway, cancellationToken);
    }
}

/// <summary>Whoever was ever in a group is taken to be in it, from its beginning.</summary>
internal sealed class NoMembership : Variant
{
    public override string Name => "no-membership";

    public override string Says => "Deliver sends a group's messages to whoever was ever a member";

    public override bool NeedsGateways => true;

    public override IGroupReader Groups(IConversationStore store) => new Everybody(store);

    private sealed class Everybody(IConversationStore inner) : StoreDecorator(inner)
    {
        public override async ValueTask<IReadOnlyList<Membership>> MembersAsync(uint group, CancellationToken cancellationToken) =>
            [.. (await Inner.MembersAsync(group, cancellationToken)).Select(
                static stay => stay with { JoinHead = 0, LeftAt = 0, LeaveHead = 0 })];
    }
}
