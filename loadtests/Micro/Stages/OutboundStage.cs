using BrokerIm.Contracts.Records;
using BrokerIm.Core.Conversations;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using BrokerIm.Gateway;
using BrokerIm.Gateway.Delivery;
using BrokerIm.Gateway.Sessions;
using Google.Protobuf;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using DeliveryItem = BrokerIm.Contracts.Records.Delivery;

namespace BrokerIm.MicroBenchmarks.Stages;

/// <summary>The way out of a gateway: from the bytes of a bus message to the bytes in the pipes of its connections.</summary>
internal sealed class OutboundStage : IAsyncDisposable
{
    /// <summary>Messages of a bus message between pairs.</summary>
    public const int BatchMessages = 256;

    private const uint Group = 7;

    private readonly ServiceProvider _services;
    private readonly DeliveryPump _pump;
    private readonly KeptBlocks _blocks = new();
    private readonly List<PipeSession> _sessions = [];
    private readonly int _pairs;
    private ulong _position;
    private uint _groupHead;
    private int _number;

    /// <param name="pairs">Pairs of users, each user with one connection here.</param>
    public OutboundStage(int pairs)
    {
        _pairs = pairs;
        _services = new ServiceCollection()
            .AddLogging()
            .AddSingleton<TimeProvider>(StillClock.Instance)
            .AddSingleton(AbsentPort.Of<IConversationReader>())
            .AddSingleton(AbsentPort.Of<IGroupReader>())
            .AddSingleton(AbsentPort.Of<IUserDirectory>())
            .AddSingleton<ILogWriter<InboundRecord>>(new ForgetfulLog())
            .AddSingleton(AbsentPort.Of<IDeliveryReceiver>())
            .AddSingleton(AbsentPort.Of<IDeliverySender>())
            .AddSingleton(AbsentPort.Of<IPresenceWriter>())
            .AddSingleton<IPresenceReader>(static services => services.GetRequiredService<IPresenceWriter>())
            .AddGateway(new ConfigurationBuilder().Build())
            .BuildServiceProvider();
        _pump = _services.GetRequiredService<DeliveryPump>();

        var connections = _services.GetRequiredService<ConnectionTable>();
        for (var pair = 0; pair < pairs; pair++)
        {
            foreach (var user in (UserId[])[Chat.LowOf(pair), Chat.HighOf(pair)])
            {
                var session = new PipeSession(connections.NextId(), user, new(), StillClock.Instance, _blocks);
                connections.Add(session.Session);
                connections.Claim(session.Session);
                _sessions.Add(session);
            }
        }

        // The first link of a chain is followed by a sweep once somebody may have missed what was before it.
        Deliver(BytesOf([]));
    }

    /// <summary>Connections.</summary>
    public int Connections => _sessions.Count;

    /// <summary>
    /// The next bus messages between the pairs, each of <see cref="BatchMessages"/> messages; each message brings its sender an answer
    /// and its receiver the message. To be delivered once, in their order.
    /// </summary>
    public List<byte[]> NextOfPairs(int batches) => [.. Enumerable.Range(0, batches).Select(_ => BytesOf(PairItems()))];

    /// <summary>The next bus messages with one message each of a group that everybody is in.</summary>
    public List<byte[]> NextOfGroup(int batches) => [.. Enumerable.Range(0, batches).Select(_ => BytesOf([GroupItem()]))];

    /// <summary>Hands a bus message out, on the calling thread; parsed as both adapters do.</summary>
    public void Deliver(byte[] busMessage) =>
        Chat.MustBeDone(_pump.HandleAsync(DeliveryBatch.Parser.ParseFrom(busMessage), CancellationToken.None).AsTask());

    /// <summary>Has the clients read what was written to them.</summary>
    /// <returns>Bytes.</returns>
    public long Drain()
    {
        var bytes = 0L;
        foreach (var session in _sessions)
            bytes += session.Drain();
        return bytes;
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        _blocks.Dispose();
    }

    /// <summary>The final body of a message, as Persist writes it.</summary>
    public static byte[] BodyOf(ConversationId conversation, UserId sender, uint messageId, ByteString clientMessageId)
    {
        var body = new MessageBody(conversation, sender.Value, messageId, StillClock.NowMs, 1, Chat.Data, clientMessageId);
        var bytes = new byte[body.CalculateSize()];
        body.WriteTo(bytes);
        return bytes;
    }

    private IEnumerable<DeliveryItem> PairItems()
    {
        for (var i = 0; i < BatchMessages; i++)
        {
            var pair = _number % _pairs;
            var messageId = (uint)(1 + (_number / _pairs));
            var (sender, id) = (_sessions[2 * pair].Session, Chat.Id((ulong)_number));
            _number++;
            yield return new()
            {
                Kind = DeliveryKind.Ack,
                Relation = Chat.PairOf(pair).Value,
                MessageId = messageId,
                Connection = sender.Id,
                Sequence = (uint)(i + 1),
                ClientMessageId = id,
            };
            yield return new()
            {
                Kind = DeliveryKind.Message,
                Relation = Chat.PairOf(pair).Value,
                MessageId = messageId,
                Connection = sender.Id,
                Users = { Chat.LowOf(pair).Value, Chat.HighOf(pair).Value },
                Body = ByteString.CopyFrom(BodyOf(Chat.PairOf(pair), Chat.LowOf(pair), messageId, id)),
            };
        }
    }

    private DeliveryItem GroupItem()
    {
        var conversation = ConversationId.Group(Group);
        var item = new DeliveryItem
        {
            Kind = DeliveryKind.Message,
            Relation = conversation.Value,
            MessageId = ++_groupHead,
            Body = ByteString.CopyFrom(BodyOf(conversation, new(1), _groupHead, Chat.Id(_groupHead))),
        };
        item.Users.Add(_sessions.Select(static session => session.Session.User.Value));
        return item;
    }

    private byte[] BytesOf(IEnumerable<DeliveryItem> items)
    {
        var part = new PartitionDelivery { Partition = 0, Owner = 9, Previous = _position, Position = ++_position };
        part.Items.Add(items);
        return new DeliveryBatch { Partitions = { part } }.ToByteArray();
    }
}
