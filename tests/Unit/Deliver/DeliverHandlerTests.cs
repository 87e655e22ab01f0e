using BrokerIm.Contracts.Records;
using BrokerIm.Core;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using BrokerIm.Tests.Support;
using BrokerIm.Workers.Deliver;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace BrokerIm.Tests.Unit.Deliver;

public sealed class DeliverHandlerTests
{
    private static readonly GatewayAddress s_gateway = new("one", 1);

    [Fact]
    public async Task Answer_whose_message_could_not_be_addressed_breaks_the_chain_itself()
    {
        var (time, sent, options) = (new ManualTimeProvider(), new SentParts(), Options.Create(new DeliverOptions()));
        var presence = new PresenceCache(new Absent(), time, options);
        using var links = new GatewayLinks(sent, presence, time, NullLogger<GatewayLinks>.Instance);
        var handler = new DeliverHandler(
            presence, new(new InMemoryConversations(), options), links, new DeadLetters(), new(NullLogger<RetryForever>.Instance, time),
            time, options, NullLogger<DeliverHandler>.Instance);
        links.Enter(partition: 0, generation: 1);
        await links.SendWatermarksAsync([s_gateway], TimeSpan.Zero, TestContext.Current.CancellationToken);

        await handler.HandleAsync(new([new(1, 0, Generation: 1, 0, 1, [new(0, Stored(), default)])]), TestContext.Current.CancellationToken);

        Assert.Equal(2, sent.All.Count);
        Assert.Equal(DeliveryKind.Ack, Assert.Single(sent.All[1].Items).Kind);
        Assert.NotEqual(sent.All[0].Owner, sent.All[1].Owner);
    }

    private static OutboundRecord Stored() => new()
    {
        Gateways = { new GatewayRef { Id = s_gateway.Id, Incarnation = s_gateway.Incarnation } },
        Events =
        {
            new OutboundEvent
            {
                Kind = EventKind.Stored,
                Relation = ConversationId.Pair(new(1), new(2)).Value,
                User = 1,
                MessageId = 2,
                OriginConnection = 5,
                OriginSequence = 7,
                Body = ByteString.CopyFromUtf8("body"),
            },
        },
    };

    private sealed class Absent : IPresenceReader
    {
        public ValueTask<IReadOnlyList<IReadOnlyList<PresenceEntry>>> FindAsync(
            IReadOnlyList<UserId> users, CancellationToken cancellationToken) => throw new DependencyUnavailableException("It is away.");

        public ValueTask<IReadOnlyList<GatewayAddress>> GatewaysAsync(CancellationToken cancellationToken) =>
            throw new DependencyUnavailableException("It is away.");

        public ValueTask<IReadOnlyDictionary<GatewayAddress, GatewayOffer>> OffersAsync(CancellationToken cancellationToken) =>
            throw new DependencyUnavailableException("It is away.");
    }

    private sealed class DeadLetters : ILogWriter<DeadLetter>
    {
        public int PartitionCount => 1;

        public ValueTask AppendAsync(int partition, DeadLetter record, CancellationToken cancellationToken) => default;
    }
}
