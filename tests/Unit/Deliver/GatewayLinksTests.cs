using BrokerIm.Adapters.Embedded;
using BrokerIm.Core.Values;
using BrokerIm.Gateway.Delivery;
using BrokerIm.Tests.Support;
using BrokerIm.Workers.Deliver;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace BrokerIm.Tests.Unit.Deliver;

public sealed class GatewayLinksTests : IDisposable
{
    private static readonly GatewayAddress s_gateway = new("one", 1);

    private readonly SentParts _sent = new();
    private readonly GatewayLinks _links;

    public GatewayLinksTests()
    {
        var time = new ManualTimeProvider();
        var presence = new PresenceCache(new MemoryPresence(time), time, Options.Create(new DeliverOptions()));
        _links = new(_sent, presence, time, NullLogger<GatewayLinks>.Instance);
        _links.Enter(partition: 0, generation: 1);
    }

    public void Dispose() => _links.Dispose();

    [Fact]
    public async Task Loss_after_a_gateway_was_out_of_sight_for_a_while_breaks_its_chain()
    {
        var chain = new DeliveryChain(openedMs: 0);
        await WatermarkAsync(s_gateway);
        await WatermarkAsync(s_gateway);
        await WatermarkAsync();
        await WatermarkAsync(s_gateway);
        await WatermarkAsync(s_gateway);

        // The third of the four is lost, the first after the gateway came back into sight.
        chain.Follow(_sent.All[0], nowMs: 1);
        Assert.Null(chain.Follow(_sent.All[1], nowMs: 2));
        Assert.Equal(2, chain.Follow(_sent.All[3], nowMs: 4));
    }

    [Fact]
    public async Task Chain_is_whole_as_long_as_its_gateway_is_in_sight()
    {
        var chain = new DeliveryChain(openedMs: 0);
        for (var i = 0; i < 3; i++)
            await WatermarkAsync(s_gateway);

        chain.Follow(_sent.All[0], nowMs: 1);
        Assert.Null(chain.Follow(_sent.All[1], nowMs: 2));
        Assert.Null(chain.Follow(_sent.All[2], nowMs: 3));
    }

    private Task WatermarkAsync(params GatewayAddress[] inSight) =>
        _links.SendWatermarksAsync(inSight, quiet: TimeSpan.Zero, TestContext.Current.CancellationToken);
}
