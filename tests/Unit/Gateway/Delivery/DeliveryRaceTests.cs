using BrokerIm.Contracts.Wire;
using BrokerIm.Tests.Support;
using static BrokerIm.Tests.Unit.Gateway.Delivery.DeliveryRig;
using DeliveryItem = BrokerIm.Contracts.Records.Delivery;

namespace BrokerIm.Tests.Unit.Gateway.Delivery;

/// <summary>The pump, fills, checks and sweeps at once over a bus that loses and repeats: every message once, and in order.</summary>
public sealed class DeliveryRaceTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Every_message_comes_once_and_in_order_whatever_the_bus_does(int seed)
    {
        const int Messages = 2_000;
        var random = new Random(seed);
        await using var rig = new DeliveryRig();
        await rig.StartAsync();
        TestSession[] sessions = [rig.Fresh(Bob), rig.Fresh(Bob, ClientType.Android), rig.Settled(Alice)];
        foreach (var session in sessions)
            await rig.LoginCheck.LoggedInAsync(session.Session, TestContext.Current.CancellationToken);

        ulong lost = 0;
        for (var sent = 0; sent < Messages;)
        {
            var items = new List<DeliveryItem>();
            for (var i = random.Next(1, 8); i > 0 && sent < Messages; i--, sent++)
                items.Add(rig.Message(rig.AddMessages(random.Next(2) == 0 ? Alice : Bob), null, Alice, Bob));

            if (random.Next(5) == 0)
            {
                lost++;
                continue;
            }

            await rig.DeliverAsync(lost, [.. items]);
            lost = 0;
            if (random.Next(10) == 0)
                await rig.DeliverAsync([.. items]);
            if (random.Next(20) == 0)
                await Task.Yield();
        }

        // The last ones may be lost too; the watermark shows it.
        await rig.DeliverAsync(lost);

        foreach (var session in sessions)
        {
            Assert.Equal(Enumerable.Range(1, Messages).Select(id => (uint)id), await session.ReceivePushesAsync(Messages));
            Assert.Empty(session.Received());
        }
    }
}
