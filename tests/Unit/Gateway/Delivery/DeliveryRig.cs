using BrokerIm.Contracts.Records;
using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using BrokerIm.Gateway;
using BrokerIm.Gateway.Delivery;
using BrokerIm.Gateway.Groups;
using BrokerIm.Gateway.Sessions;
using BrokerIm.Tests.Support;
using Google.Protobuf;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using DeliveryItem = BrokerIm.Contracts.Records.Delivery;

namespace BrokerIm.Tests.Unit.Gateway.Delivery;

/// <summary>The way out of one gateway, with a store in memory behind it and sessions before it.</summary>
internal sealed class DeliveryRig : IAsyncDisposable
{
    public static readonly UserId Alice = new(1001);
    public static readonly UserId Bob = new(1002);
    public static readonly ConversationId Pair = ConversationId.Pair(Alice, Bob);

    /// <summary>The client message id of a send.</summary>
    public static readonly ClientMessageId SendId = new(0x0102_0304_0506_0708, 0x090A_0B0C_0D0E_0F10);

    private readonly ServiceProvider _services;
    private ulong _position;

    public DeliveryRig(TimeProvider? time = null)
    {
        Time = time ?? TimeProvider.System;
        var settings = new ConfigurationBuilder().AddInMemoryCollection([new("Gateway:SweepJitter", "00:00:00")]).Build();
        _services = new ServiceCollection()
            .AddLogging()
            .AddSingleton(Time)
            .AddSingleton(new DeliveryMetrics(Meter.Meter))
            .AddSingleton<IConversationReader>(Store)
            .AddSingleton<IGroupReader>(Store)
            .AddSingleton<GroupAccess>()
            .AddSingleton<LargeGroups>()
            .AddSingleton<IUserDirectory>(new InMemoryUsers())
            .AddSingleton<ILogWriter<InboundRecord>>(new InMemoryLog())
            .AddSingleton<IDeliveryReceiver>(Unused.Instance)
            .AddSingleton<IDeliverySender>(Unused.Instance)
            .AddSingleton<IPresenceWriter>(Unused.Instance)
            .AddGateway(settings)
            .BuildServiceProvider();

        // The first link of a chain tells nothing about what was before it; this one comes before anybody could have missed it.
        _ = Pump.HandleAsync(Part(previous: 0), CancellationToken.None).AsTask();
    }

    public TimeProvider Time { get; }

    public InMemoryConversations Store { get; } = new();

    public MeterReader Meter { get; } = new();

    public ConnectionTable Connections => _services.GetRequiredService<ConnectionTable>();

    public LoginCheck LoginCheck => _services.GetRequiredService<LoginCheck>();

    public SessionFeed Feed => _services.GetRequiredService<SessionFeed>();

    public Sweeper Sweeper => _services.GetRequiredService<Sweeper>();

    private DeliveryPump Pump => _services.GetRequiredService<DeliveryPump>();

    private IEnumerable<BackgroundService> Running =>
        [_services.GetRequiredService<GapFiller>(), _services.GetRequiredService<LargeGroups>(), LoginCheck, Sweeper];

    public long NowMs => Time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Starts what works beside the pump.</summary>
    public async Task StartAsync()
    {
        foreach (var service in Running)
            await service.StartAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>A session that has been there for a while.</summary>
    public TestSession Settled(UserId user, ClientType client = ClientType.Windows)
    {
        var session = TestSession.LoggedIn(user, Time, Connections, client);
        session.Session.Cursor.Settle();
        return session;
    }

    /// <summary>A session that has just come.</summary>
    public TestSession Fresh(UserId user, ClientType client = ClientType.Windows) =>
        TestSession.LoggedIn(user, Time, Connections, client);

    /// <summary>Stores messages of the pair, all from one sender, and returns the last id.</summary>
    public uint AddMessages(UserId sender, int count = 1, long? timeMs = null)
    {
        var id = 0u;
        for (var i = 0; i < count; i++)
            id = Store.Add(Pair, sender, timeMs: timeMs ?? NowMs);
        return id;
    }

    /// <summary>Stores messages of a group, all from one sender.</summary>
    public void AddGroupMessages(uint group, UserId sender, int count)
    {
        for (var i = 0; i < count; i++)
            Store.Add(ConversationId.Group(group), sender, timeMs: NowMs);
    }

    /// <summary>The store says that a group goes up to there.</summary>
    public void Reach(TestSession session, uint group, uint head)
    {
        lock (session.Session.Cursor.Gate)
        {
            if (!session.Session.Cursor.Reach(ConversationId.Group(group), head))
                return;
        }

        _services.GetRequiredService<GapFiller>().Fill(session.Session, ConversationId.Group(group));
    }

    /// <summary>A stored message on its way to users.</summary>
    public DeliveryItem Message(uint id, TestSession? except = null, params UserId[] users) => Message(Pair, id, except, users);

    /// <summary>A group's message on its way to users.</summary>
    public DeliveryItem Message(uint id, uint group, params UserId[] users) => Message(ConversationId.Group(group), id, except: null, users);

    private DeliveryItem Message(ConversationId conversation, uint id, TestSession? except, UserId[] users)
    {
        var item = new DeliveryItem
        {
            Kind = DeliveryKind.Message,
            Relation = conversation.Value,
            MessageId = id,
            Connection = except?.Session.Id ?? 0,
            Body = ByteString.CopyFrom(Store.Get(conversation, id).Body.Span),
        };
        item.Users.Add(users.Select(user => user.Value));
        return item;
    }

    /// <summary>The answer to a send.</summary>
    public static DeliveryItem Ack(
        TestSession to,
        uint id,
        ushort sequence = 5,
        SendOutcome outcome = SendOutcome.Stored,
        ByteString? clientMessageId = null) => new()
        {
            Kind = DeliveryKind.Ack,
            Relation = Pair.Value,
            MessageId = id,
            Connection = to.Session.Id,
            Sequence = sequence,
            Outcome = outcome,
            ClientMessageId = clientMessageId ?? ByteString.Empty,
        };

    /// <summary>Hands the pump one bus message whose chain is whole.</summary>
    public ValueTask DeliverAsync(params DeliveryItem[] items) => DeliverAsync(lose: 0, items);

    /// <summary>Hands the pump one bus message after some have been lost.</summary>
    public ValueTask DeliverAsync(ulong lose, params DeliveryItem[] items) =>
        Pump.HandleAsync(Part(_position + lose, items), TestContext.Current.CancellationToken);

    private DeliveryBatch Part(ulong previous, params DeliveryItem[] items)
    {
        _position = previous + 1;
        var part = new PartitionDelivery { Partition = 0, Owner = 9, Previous = previous, Position = _position };
        part.Items.Add(items);
        return new() { Partitions = { part } };
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var service in Running)
            await service.StopAsync(CancellationToken.None);
        await _services.DisposeAsync();
        Meter.Dispose();
    }
}
