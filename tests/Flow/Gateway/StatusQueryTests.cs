using BrokerIm.Contracts.Wire;
using BrokerIm.Tests.Flow.Support;

namespace BrokerIm.Tests.Flow.Gateway;

/// <summary>Protocol chapter 02 section 7.</summary>
public sealed class StatusQueryTests
{
    [Fact]
    public async Task Every_asked_id_is_answered_in_order_and_only_PCs_count_as_online()
    {
        await using var here = await GatewayHost.StartAsync();
        await using var there = await GatewayHost.StartAsync(here.Cluster);
        var asker = (await here.AddUserAsync("asker")).Id.Value;
        var local = (await here.AddUserAsync("local")).Id.Value;
        var remote = (await here.AddUserAsync("remote")).Id.Value;
        var mobile = (await here.AddUserAsync("mobile")).Id.Value;
        var absent = (await here.AddUserAsync("absent")).Id.Value;
        using var client = await here.LoginAsync("asker", ClientType.Android);
        using var one = await here.LoginAsync("local", ClientType.Windows);
        using var two = await there.LoginAsync("remote", ClientType.Mac);
        using var three = await there.LoginAsync("mobile", ClientType.Ios);

        uint[] asked = [remote, 0, absent, local, mobile, 999_999, uint.MaxValue, local, asker];
        await client.SendAsync(Command.UsersStatReq, 0xFF03, new IMUsersStatReq { UserId = 0, UserIdList = { asked } });

        var answer = await client.ReceiveAsync(Command.UsersStatRsp, IMUsersStatRsp.Parser, sequence: 0xFF03);
        Assert.Equal(asker, answer.UserId);
        Assert.Equal(asked, answer.UserStatList.Select(user => user.UserId));
        Assert.Equal(
            asked.Select(id => id == local || id == remote ? UserStatType.Online : UserStatType.Offline),
            answer.UserStatList.Select(user => user.Status));
    }

    [Fact]
    public async Task Nobody_asked_for_is_an_empty_answer()
    {
        await using var host = await GatewayHost.StartAsync();
        var user = await host.AddUserAsync("u");
        using var client = await host.LoginAsync("u", ClientType.Android);

        await client.SendAsync(Command.UsersStatReq, 1, new IMUsersStatReq { UserId = user.Id.Value });

        var answer = await client.ReceiveAsync(Command.UsersStatRsp, IMUsersStatRsp.Parser, sequence: 1);
        Assert.Empty(answer.UserStatList);
    }

    [Fact]
    public async Task Question_for_everybody_there_could_be_stays_below_what_Android_accepts()
    {
        await using var host = await GatewayHost.StartAsync();
        await host.AddUserAsync("u");
        using var client = await host.LoginAsync("u", ClientType.Android);

        // The longest ids there are; more of them fit into the question than statuses into the answer.
        await client.SendAsync(Command.UsersStatReq, 1, new IMUsersStatReq
        {
            UserId = 0,
            UserIdList = { Enumerable.Repeat(uint.MaxValue, 43_000) },
        });

        var frame = await client.ReceiveAsync();
        Assert.InRange(frame.Header.Length, 399_000u, (uint)Core.Limits.MaxClientFrameBytes);
    }

    [Fact]
    public async Task Registry_that_is_down_leaves_the_question_unanswered_and_the_connection_open()
    {
        await using var host = await GatewayHost.StartAsync();
        await host.AddUserAsync("u");
        using var client = await host.LoginAsync("u", ClientType.Android);

        host.Cluster.Presence.IsDown = true;
        await client.SendAsync(Command.UsersStatReq, 1, new IMUsersStatReq { UserId = 0, UserIdList = { 1 } });
        await client.ExpectNothingYetAsync();

        host.Cluster.Presence.IsDown = false;
        await client.SendAsync(Command.UsersStatReq, 2, new IMUsersStatReq { UserId = 0, UserIdList = { 1 } });
        await client.ReceiveAsync(Command.UsersStatRsp, IMUsersStatRsp.Parser, sequence: 2);
    }
}
