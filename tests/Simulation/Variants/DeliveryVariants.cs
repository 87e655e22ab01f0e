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

/// <summary>What a storm loses nobody looks for.</summary>
internal sealed class NoGapRepair : Variant
{
    public override string Name => "no-gap-repair";

    public override string Says => "gateways look for no gaps";

    public override bool NeedsGateways => true;

    public override bool NeedsStorm => true;

    public override bool RepairsGaps => false;
}

/// <summary>A user is entered into the registry after his client has read what is there.</summary>
internal sealed class LatePresence : Variant
{
    private static readonly TimeSpan s_late = TimeSpan.FromSeconds(8);

    public override string Name => "late-presence";

    public override string Says => "presence is registered after the heads were read, so that nobody is told of what comes between";

    public override bool NeedsGateways => true;

    public override IPresenceWriter Presence(IPresenceWriter presence, Node node) => new Late(presence, node);

    private sealed class Late(IPresenceWriter inner, Node node) : PresenceDecorator(inner)
    {
        public override ValueTask AddAsync(IReadOnlyList<PresenceEntry> entries, CancellationToken cancellationToken)
        {
            node.Start("a late entry", async () =>
            {
                await Task.Delay(s_late, node.Time, CancellationToken.None);
                try
                {
                    await Inner.AddAsync(entries, CancellationToken.None);
                }
                catch (DependencyUnavailableException)
                {
                    // The next announcement says it.
                }
            });
            return ValueTask.CompletedTask;
        }
    }
}

/// <summary>The registry says for ever that it is the one it was.</summary>
internal sealed class BlindToLoss : Variant
{
    public override string Name => "blind-to-loss";

    public override string Says => "gateways do not notice that the registry has lost its content";

    public override bool NeedsGateways => true;

    public override bool NeedsStorm => true;

    public override IPresenceWriter Presence(IPresenceWriter presence, Node node) => new Blind(presence);

    private sealed class Blind(IPresenceWriter inner) : PresenceDecorator(inner)
    {
        public override async ValueTask<string> RenewAsync(
            GatewayAddress gateway, TimeSpan lease, CancellationToken cancellationToken)
        {
            await Inner.RenewAsync(gateway, lease, cancellationToken);
            return "the same";
        }
    }
}

/// <summary>Whoever was ever in a group is taken to be in it, from its beginning.</summary>
internal sealed class NoMembership : Variant
{
    public override string Name => "no-membership";

    public override string Says => "Deliver sends a group's messages to whoever was ever a member";

    public override bool NeedsGateways => true;

    public override bool NeedsStorm => true;

    public override IGroupReader Groups(IConversationStore store) => new Everybody(store);

    private sealed class Everybody(IConversationStore inner) : StoreDecorator(inner)
    {
        public override async ValueTask<IReadOnlyList<Membership>> MembersAsync(uint group, CancellationToken cancellationToken) =>
            [.. (await Inner.MembersAsync(group, cancellationToken)).Select(
                static stay => stay with { JoinHead = 0, LeftAt = 0, LeaveHead = 0 })];
    }
}
