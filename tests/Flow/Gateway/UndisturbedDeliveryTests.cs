using System.Globalization;
using BrokerIm.Contracts.Wire;
using BrokerIm.Gateway.Delivery;
using BrokerIm.Tests.Flow.Support;
using BrokerIm.Tests.Support;
using Google.Protobuf;
using Microsoft.Extensions.DependencyInjection;

namespace BrokerIm.Tests.Flow.Gateway;

/// <summary>
/// Where nothing fails, nothing needs mending. Repair from the store would hide a worker or a gateway that drops a delivery now and
/// then, so this counts the repairs too.
/// </summary>
public sealed class UndisturbedDeliveryTests : IAsyncLifetime
{
    private const int Messages = 1_500;
    private const int Window = 100;

    private readonly MeterReader _meter = new();
    private EmbeddedServer _server = null!;
    private uint[] _ids = [];

    public async ValueTask InitializeAsync()
    {
        _server = await EmbeddedServer.StartAsync(
            services => services.AddSingleton(new DeliveryMetrics(_meter.Meter)),
            ("Gateway:MessagesPerSecond", "0"),
            ("Gateway:CommandsPerSecond", "0"));
        _ids = await _server.AddUsersAsync("alice", "bob", "carol");
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _meter.Dispose();
    }

    [Fact]
    public async Task Every_message_of_two_arrives_once_in_order_without_repair()
    {
        using var alice = await _server.LoginAsync("alice");
        using var aliceOnPhone = await _server.LoginAsync("alice", ClientType.Android);
        using var bob = await _server.LoginAsync("bob");
        using var bobOnPhone = await _server.LoginAsync("bob", ClientType.Ios);

        await Task.WhenAll(
            SendAllAsync(alice, _ids[0], _ids[1], MsgType.SingleText), ExpectAllAsync(aliceOnPhone), ExpectAllAsync(bob), ExpectAllAsync(bobOnPhone));

        ExpectNoRepairs(pushes: 3 * Messages);
    }

    [Fact]
    public async Task Every_message_of_a_group_arrives_once_in_order_without_repair()
    {
        using var alice = await _server.LoginAsync("alice");
        using var bob = await _server.LoginAsync("bob");
        using var carol = await _server.LoginAsync("carol", ClientType.Android);
        var create = new IMGroupCreateReq { UserId = 0, GroupType = GroupType.Temporary, GroupName = "peace", GroupAvatar = "" };
        create.MemberIdList.AddRange(_ids);
        var created = await alice.AskAsync(Command.GroupCreateReq, create, Command.GroupCreateRsp, IMGroupCreateRsp.Parser);

        await Task.WhenAll(
            SendAllAsync(alice, _ids[0], created.GroupId, MsgType.GroupText), ExpectAllAsync(bob), ExpectAllAsync(carol));

        ExpectNoRepairs(pushes: 2 * Messages);
    }

    private static async Task SendAllAsync(WireClient client, uint from, uint to, MsgType type)
    {
        for (var id = 1; id <= Messages + Window; id++)
        {
            if (id > Window)
            {
                var ack = await client.NextAsync(Command.MsgDataAck, IMMsgDataAck.Parser, (ushort)(id - Window));
                Assert.Equal(((uint)(id - Window), SendStatus.Stored), (ack.MsgId, ack.SendStatus));
            }

            if (id > Messages)
                continue;
            await client.SendAsync(Command.MsgData, (ushort)id, new IMMsgData
            {
                FromUserId = from, ToSessionId = to, MsgId = 0, CreateTime = 0, MsgType = type,
                MsgData = ByteString.CopyFromUtf8(id.ToString(CultureInfo.InvariantCulture)),
            });
        }
    }

    private static async Task ExpectAllAsync(WireClient client)
    {
        for (var id = 1; id <= Messages; id++)
        {
            var message = await client.NextAsync(Command.MsgData, IMMsgData.Parser);
            Assert.Equal(((uint)id, id.ToString(CultureInfo.InvariantCulture)), (message.MsgId, message.MsgData.ToStringUtf8()));
        }
    }

    private void ExpectNoRepairs(int pushes)
    {
        Assert.Equal(pushes, _meter.Sum("im_pushes_total"));
        Assert.Equal(0, _meter.Sum("im_push_gap_fills_total"));
        Assert.Equal(0, _meter.Sum("im_sweep_repairs_total"));
    }
}
