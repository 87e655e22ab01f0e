using System.Collections.Concurrent;
using BrokerIm.Client;
using BrokerIm.Tests.Support;
using Google.Protobuf;

namespace BrokerIm.Tests.Unit.Client;

/// <summary>The password is shown once; afterwards tokens do.</summary>
public sealed class ImClientResumeTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Client_comes_back_with_the_token_it_was_given_last()
    {
        await using var server = new ScriptedServer { Tokens = new() };
        await using var client = await ImClient.ConnectAsync(server.Options(), Stop).Soon();
        var first = await server.Logins.NextAsync();
        Assert.Equal((16, false), (first.LoginRequest!.DeviceId.Length, first.LoginRequest.HasResumeToken));

        var given = server.Tokens[first.LoginRequest.DeviceId];
        first.Cut();
        await client.NextAsync<Reconnected>();
        var second = (await server.Logins.NextAsync()).LoginRequest!;
        Assert.Equal((given, first.LoginRequest.DeviceId, ""), (second.ResumeToken, second.DeviceId, second.Password));
    }

    [Fact]
    public async Task Token_that_is_good_no_more_is_dropped_and_the_password_used()
    {
        await using var server = new ScriptedServer { Tokens = new() };
        await using var client = await ImClient.ConnectAsync(server.Options(), Stop).Soon();
        var connection = await server.Logins.NextAsync();
        server.Tokens.Clear();

        connection.Cut();
        await client.NextAsync<Reconnected>();

        Assert.True((await server.Logins.NextAsync()).LoginRequest!.HasResumeToken);
        var last = (await server.Logins.NextAsync()).LoginRequest!;
        Assert.Equal((false, "e10adc3949ba59abbe56e057f20f883e"), (last.HasResumeToken, last.Password));
    }

    [Fact]
    public async Task Application_keeps_the_token_over_restarts()
    {
        await using var server = new ScriptedServer { Tokens = new() };
        var (device, kept) = (Guid.NewGuid(), new ConcurrentQueue<ReadOnlyMemory<byte>>());
        await using (var client = await ImClient.ConnectAsync(Options(server, device, default, kept), Stop).Soon())
            await server.Logins.NextAsync();

        var token = Assert.Single(kept);
        await using var again = await ImClient.ConnectAsync(Options(server, device, token, kept), Stop).Soon();

        Assert.Equal(ByteString.CopyFrom(token.Span), (await server.Logins.NextAsync()).LoginRequest!.ResumeToken);
        Assert.Equal(2, kept.Count);
    }

    [Fact]
    public async Task Client_without_a_device_asks_for_no_token()
    {
        await using var server = new ScriptedServer { Tokens = new() };
        await using var client = await ImClient.ConnectAsync(Options(server, Guid.Empty, new byte[] { 1 }, []), Stop).Soon();

        var login = (await server.Logins.NextAsync()).LoginRequest!;
        Assert.Equal((false, false), (login.HasDeviceId, login.HasResumeToken));
    }

    private static ImClientOptions Options(
        ScriptedServer server, Guid device, ReadOnlyMemory<byte> token, ConcurrentQueue<ReadOnlyMemory<byte>> kept) => new()
    {
        Host = "127.0.0.1",
        Port = server.Port,
        Name = "alice",
        Password = "123456",
        DeviceId = device,
        ResumeToken = token,
        ResumeTokenChanged = kept.Enqueue,
    };
}
