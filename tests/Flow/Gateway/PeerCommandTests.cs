using BrokerIm.Contracts.Wire;
using BrokerIm.Tests.Flow.Support;
using BrokerIm.Tests.Support;

namespace BrokerIm.Tests.Flow.Gateway;

/// <summary>Commands from client to client between two gateways.</summary>
public sealed class PeerCommandTests : IAsyncLifetime
{
    private const ushort Sequence = 9;
    private GatewayHost? _here;
    private GatewayHost? _there;
    private uint _alice;
    private uint _bob;
    private uint _carol;

    private GatewayHost Here => _here!;

    private GatewayHost There => _there!;

    public async ValueTask InitializeAsync()
    {
        _here = await GatewayHost.StartAsync();
        _there = await GatewayHost.StartAsync(_here.Cluster);
        _alice = (await _here.AddUserAsync("alice")).Id.Value;
        _bob = (await _here.AddUserAsync("bob")).Id.Value;
        _carol = (await _here.AddUserAsync("carol")).Id.Value;
    }

    public async ValueTask DisposeAsync()
    {
        await Here.DisposeAsync();
        await There.DisposeAsync();
    }

    [Fact]
    public async Task Command_reaches_the_receivers_connections_and_the_senders_others_and_nobody_else()
    {
        using var sender = await Here.LoginAsync("alice", ClientType.Windows);
        using var senderPhone = await There.LoginAsync("alice", ClientType.Ios);
        using var receiver = await Here.LoginAsync("bob", ClientType.Mac);
        using var receiverPhone = await There.LoginAsync("bob", ClientType.Android);
        using var outsider = await There.LoginAsync("carol", ClientType.Windows);

        // JSON or not, with a sender it does not come from.
        const string Text = "{\"service_id\":2,\"cmd_id\":131073,\"content\":\"writing 🙂\"";
        await SendAsync(sender, _bob, Text);
        foreach (var client in new[] { senderPhone, receiver, receiverPhone })
            await ExpectAsync(client, _bob, Text);

        // What comes next cannot overtake.
        await SendAsync(sender, _carol, "next");
        await ExpectAsync(outsider, _carol, "next");
        await ExpectAsync(senderPhone, _carol, "next");
        await sender.SendAsync(Command.ClientTimeReq, 11, new IMClientTimeReq());
        await sender.ReceiveNextAsync(Command.ClientTimeRsp, IMClientTimeRsp.Parser, 11);
    }

    [Fact]
    public async Task Command_that_cannot_be_sent_is_lost_and_the_next_one_is_not()
    {
        using var sender = await Here.LoginAsync("alice", ClientType.Windows);
        using var near = await Here.LoginAsync("bob", ClientType.Windows);
        using var far = await There.LoginAsync("bob", ClientType.Ios);

        Here.Cluster.Bus.IsDown = true;
        await SendAsync(sender, _bob, "lost");
        await ExpectAsync(near, _bob, "lost");
        await Eventually.HoldsAsync(() => Here.Meter.Sum("im_signals_lost_total") == 1);

        Here.Cluster.Bus.IsDown = false;
        await SendAsync(sender, _bob, "heard");
        await ExpectAsync(near, _bob, "heard");
        await ExpectAsync(far, _bob, "heard");
    }

    private static Task SendAsync(WireClient client, uint to, string text) => client.SendAsync(
        Command.P2PCmdMsg, Sequence, new IMP2PCmdMsg { FromUserId = to, ToUserId = to, CmdMsgData = text });

    private async Task ExpectAsync(WireClient client, uint to, string text)
    {
        var command = await client.ReceiveNextAsync(Command.P2PCmdMsg, IMP2PCmdMsg.Parser);
        Assert.Equal((_alice, to, text), (command.FromUserId, command.ToUserId, command.CmdMsgData));
    }
}
