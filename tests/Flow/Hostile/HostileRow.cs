using BrokerIm.Tests.Flow.Support;
using BrokerIm.Tests.Support;

namespace BrokerIm.Tests.Flow.Hostile;

/// <summary>One hostile input.</summary>
/// <param name="Name">What it is.</param>
/// <param name="PlayAsync">Sends it and asserts the reaction.</param>
internal sealed record HostileRow(string Name, Func<HostileServer, Task> PlayAsync)
{
    /// <summary>These bytes on a fresh connection close it.</summary>
    public static HostileRow Closes(string name, string reason, byte[] bytes) => new(name, async server =>
    {
        using var client = await server.ConnectAsync();
        await ExpectClosedAsync(server, client, reason, bytes);
    });

    /// <summary>These bytes from a client that has logged in close its connection.</summary>
    public static HostileRow ClosesUser(string name, string reason, byte[] bytes) => new(name, async server =>
    {
        using var client = await server.AttackAsync();
        await ExpectClosedAsync(server, client, reason, bytes);
    });

    /// <summary>These bytes from a client that has logged in are passed over and counted so many times.</summary>
    public static HostileRow Ignores(string name, string reject, byte[] bytes, int times = 1) => new(name, async server =>
    {
        using var client = await server.AttackAsync();
        var before = server.Rejected(reject);
        await client.SendAsync(bytes);
        Assert.Empty(await client.UntilEchoAsync());
        Assert.Equal(before + times, server.Rejected(reject));
    });

    /// <summary>These bytes from a client that has logged in are answered with these commands, and nothing else.</summary>
    public static HostileRow Answers(string name, byte[] bytes, params ushort[] commands) => new(name, async server =>
    {
        using var client = await server.AttackAsync();
        await client.SendAsync(bytes);
        Assert.Equal(commands, (await client.UntilEchoAsync()).Select(static frame => frame.Header.Command));
    });

    /// <summary>What a client that has logged in does.</summary>
    public static HostileRow User(string name, Func<HostileServer, WireClient, Task> act) => new(name, async server =>
    {
        using var client = await server.AttackAsync();
        await act(server, client);
    });

    /// <summary>Sends bytes that the server may stop taking at any time; it closes for this reason.</summary>
    public static async Task ExpectClosedAsync(HostileServer server, WireClient client, string reason, byte[] bytes, bool thenEnds = false)
    {
        var before = server.Closed(reason);
        await client.TrySendAsync(bytes);
        if (thenEnds)
            client.ShutdownSend();
        await client.ReadToEndAsync();
        await Eventually.HoldsAsync(() => server.Closed(reason) == before + 1);
    }

    public override string ToString() => Name;
}
