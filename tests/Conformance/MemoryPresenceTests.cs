using BrokerIm.Adapters.Embedded;
using BrokerIm.Core.Ports;

namespace BrokerIm.Tests.Conformance;

public sealed class MemoryPresenceTests : PresenceConformance
{
    private readonly ManualTime _time = new();

    public MemoryPresenceTests() => Presence = new MemoryPresence(_time);

    protected override IPresenceWriter Presence { get; }

    protected override void Pass(TimeSpan time) => _time.Pass(time);

    [Fact]
    public async Task Renewing_in_time_keeps_a_lease_alive()
    {
        var (gateway, lease) = (NewAddress(), TimeSpan.FromSeconds(60));
        for (var renewal = 0; renewal < 10; renewal++)
        {
            await Presence.RenewAsync(gateway, lease, Deadline.Token);
            Pass(lease - TimeSpan.FromTicks(1));
            Assert.Equal([gateway], await Presence.GatewaysAsync(Deadline.Token));
        }

        Pass(TimeSpan.FromTicks(1));
        Assert.Empty(await Presence.GatewaysAsync(Deadline.Token));
    }
}
