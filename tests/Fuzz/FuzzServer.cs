using System.IO.Pipelines;
using BrokerIm.Contracts.Wire;
using BrokerIm.Gateway.Connections;
using BrokerIm.Gateway.Sessions;
using BrokerIm.Tests.Flow.Hostile;
using BrokerIm.Tests.Flow.Support;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;

namespace BrokerIm.Tests.Fuzz;

/// <summary>A server that takes frames as fast as they come.</summary>
public sealed class FuzzServer : HostileServer
{
    private const int UsersPerWorld = 4;
    private int _worlds;

    // So that a canary's id takes two bytes and is seldom hit by chance.
    protected override int Bystanders => 150;

    protected override (string Key, string Value)[] Settings =>
    [
        ("Gateway:MessagesPerSecond", "0"),
        ("Gateway:ProfileChangesPerSecond", "0"),
        ("Gateway:PeerCommandsPerSecond", "0"),
    ];

    /// <summary>Users of nobody else's, and a group of theirs: what they leave behind slows nobody else down.</summary>
    internal async Task<FuzzWorld> NewWorldAsync()
    {
        var world = Interlocked.Increment(ref _worlds);
        var names = Enumerable.Range(0, UsersPerWorld).Select(i => $"fuzz-{world}-{i}").ToArray();
        var users = await Server.AddUsersAsync(names);
        using var owner = await Server.LoginAsync(names[0], ClientType.Android);
        var group = await owner.AskAsync(
            Command.GroupCreateReq,
            new IMGroupCreateReq { UserId = 0, GroupType = GroupType.Temporary, GroupName = "fuzz", GroupAvatar = "", MemberIdList = { users } },
            Command.GroupCreateRsp,
            IMGroupCreateRsp.Parser);
        return new(names, users, [group.GroupId, 1_000_000], Canaries);
    }

    /// <summary>Serves a session as a connection is served, without a socket. What its handler throws is thrown.</summary>
    /// <returns>Everything the server has sent.</returns>
    internal async Task<byte[]> ServeAsync(FuzzedSession session)
    {
        var (toServer, toClient) = (new Pipe(), new Pipe());
        using var closed = new CancellationTokenSource();
        var connection = new DefaultConnectionContext($"fuzz-{session.Seed}")
        {
            Transport = new Duplex(toServer.Reader, toClient.Writer), ConnectionClosed = closed.Token,
        };
        var handler = Server.Services.GetRequiredService<GatewayConnectionHandler>();

        using var sent = new MemoryStream();
        var reading = toClient.Reader.CopyToAsync(sent, TestContext.Current.CancellationToken);
        var serving = ServeAsync();
        foreach (var part in session.Parts)
        {
            if ((await toServer.Writer.WriteAsync(part, TestContext.Current.CancellationToken)).IsCompleted)
                break;
        }

        await toServer.Writer.CompleteAsync();
        var reason = await serving;
        await reading;
        Assert.NotNull(reason);
        Assert.NotEqual(CloseReason.Failed, reason);
        return sent.ToArray();

        async Task<CloseReason?> ServeAsync()
        {
            try
            {
                return await handler.ServeAsync(connection);
            }
            finally
            {
                await toClient.Writer.CompleteAsync();
                await toServer.Reader.CompleteAsync();
                await closed.CancelAsync();
            }
        }
    }

    /// <summary>Sends a session over a socket.</summary>
    /// <returns>Everything the server has sent.</returns>
    internal async Task<byte[]> SendAsync(FuzzedSession session)
    {
        using var client = await WireClient.ConnectAsync(Server.Port);
        var reading = client.ReadToEndAsync();
        foreach (var part in session.Parts)
        {
            if (!await client.TrySendAsync(part))
                break;
        }

        client.TryShutdownSend();
        return [.. (await reading).SelectMany(static frame => frame.Bytes)];
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
