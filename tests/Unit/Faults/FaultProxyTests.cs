using System.Net;
using System.Net.Sockets;
using BrokerIm.Faults.Proxy;
using BrokerIm.Tests.Conformance;

namespace BrokerIm.Tests.Unit.Faults;

/// <summary>The proxy does to connections what it is told, from then on, and nothing else.</summary>
public sealed class FaultProxyTests : IAsyncDisposable
{
    private readonly EchoServer _server = new();
    private readonly FaultProxy _proxy;

    public FaultProxyTests() => _proxy = new(_server.Address);

    public async ValueTask DisposeAsync()
    {
        await _proxy.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_good_network_passes_bytes_and_ends_both_ways()
    {
        using var client = await ConnectAsync();
        Assert.Equal("hello"u8.ToArray(), await AskAsync(client, "hello"u8.ToArray()));

        client.Shutdown(SocketShutdown.Send);
        Assert.Equal(0, await client.ReceiveAsync(new byte[1], Deadline.Token));
    }

    [Fact]
    public async Task A_reset_ends_what_is_open_and_lets_new_connections_through()
    {
        using var client = await ConnectAsync();
        await AskAsync(client, [1]);

        _proxy.Reset();
        await Assert.ThrowsAsync<SocketException>(async () => await client.ReceiveAsync(new byte[1], Deadline.Token));

        using var another = await ConnectAsync();
        Assert.Equal([2], await AskAsync(another, [2]));
    }

    [Fact]
    public async Task A_blackhole_takes_connections_and_bytes_and_gives_nothing_back_until_it_is_gone()
    {
        using var client = await ConnectAsync();
        await AskAsync(client, [1]);
        _proxy.Fault = LinkFault.Blackhole;
        using var late = await ConnectAsync();

        await client.SendAsync(new byte[] { 2 }, Deadline.Token);
        await late.SendAsync(new byte[] { 3 }, Deadline.Token);
        var (answer, lateAnswer) = (ReceiveAsync(client, 1), ReceiveAsync(late, 1));

        // Another link of the same kind shows that there was time enough for an answer.
        await using var good = new FaultProxy(_server.Address);
        using var witness = await ConnectAsync(good);
        await AskAsync(witness, [4]);
        Assert.False(answer.IsCompleted || lateAnswer.IsCompleted);

        _proxy.Fault = LinkFault.None;
        Assert.Equal([2], await answer);
        Assert.Equal([3], await lateAnswer);
    }

    [Fact]
    public async Task A_flipped_bit_is_in_the_byte_that_was_named()
    {
        using var client = await ConnectAsync();
        _proxy.Fault = new() { FlipAt = 2 };

        // Once on the way there and once on the way back, so only the bytes after the first direction's count tell.
        Assert.Equal([7, 7, 7, 7], await AskAsync(client, [7, 7, 7, 7]));

        await using var oneWay = new ByteSink();
        await using var proxy = new FaultProxy(oneWay.Address) { Fault = new() { FlipAt = 2 } };
        using var sender = await ConnectAsync(proxy);
        await sender.SendAsync(new byte[] { 7, 7, 7, 7 }, Deadline.Token);
        sender.Shutdown(SocketShutdown.Send);
        Assert.Equal([7, 7, 7 ^ 0x10, 7], await oneWay.Received);
    }

    [Fact]
    public async Task A_cut_lets_so_many_bytes_through_and_then_resets()
    {
        await using var sink = new ByteSink();
        await using var proxy = new FaultProxy(sink.Address) { Fault = new() { CutAfter = 3 } };
        using var sender = await ConnectAsync(proxy);

        await sender.SendAsync(new byte[] { 1, 2, 3, 4, 5 }, Deadline.Token);

        await Assert.ThrowsAsync<SocketException>(async () => await sender.ReceiveAsync(new byte[1], Deadline.Token));
        Assert.InRange((await sink.Received).Length, 0, 3);
    }

    [Fact]
    public async Task A_delay_and_a_rate_hold_bytes_back()
    {
        using var client = await ConnectAsync();
        await AskAsync(client, [1]);
        _proxy.Fault = new() { Delay = TimeSpan.FromMilliseconds(50), BytesPerSecond = 10_000 };
        var began = TimeProvider.System.GetTimestamp();

        await AskAsync(client, new byte[1_000]);

        // Twice the delay and twice a tenth of a second; how much more it takes is the machine's affair.
        Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.FromMilliseconds(290), TimeSpan.MaxValue);
    }

    [Fact]
    public async Task A_half_close_ends_one_direction_alone()
    {
        await using var sink = new ByteSink();
        await using var proxy = new FaultProxy(sink.Address);
        using var client = await ConnectAsync(proxy);
        await client.SendAsync(new byte[] { 1 }, Deadline.Token);
        await sink.Connected;

        proxy.HalfClose();
        Assert.Equal(0, await client.ReceiveAsync(new byte[1], Deadline.Token));

        await client.SendAsync(new byte[] { 2 }, Deadline.Token);
        client.Shutdown(SocketShutdown.Send);
        Assert.Equal([1, 2], await sink.Received);
    }

    [Fact]
    public async Task A_target_that_does_not_listen_is_passed_over()
    {
        IPEndPoint nobody;
        using (var listener = new TcpListener(IPAddress.Loopback, 0))
        {
            listener.Start();
            nobody = (IPEndPoint)listener.LocalEndpoint;
        }

        await using var proxy = new FaultProxy(nobody, _server.Address);
        for (var connection = 0; connection < 4; connection++)
        {
            using var client = await ConnectAsync(proxy);
            Assert.Equal([9], await AskAsync(client, [9]));
        }
    }

    private Task<Socket> ConnectAsync() => ConnectAsync(_proxy);

    private static async Task<Socket> ConnectAsync(FaultProxy proxy)
    {
        var client = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await client.ConnectAsync(new IPEndPoint(IPAddress.Loopback, proxy.Port), Deadline.Token);
        return client;
    }

    private static async Task<byte[]> AskAsync(Socket client, byte[] question)
    {
        await client.SendAsync(question, Deadline.Token);
        return await ReceiveAsync(client, question.Length);
    }

    private static async Task<byte[]> ReceiveAsync(Socket client, int count)
    {
        var answer = new byte[count];
        for (var received = 0; received < count;)
        {
            var more = await client.ReceiveAsync(answer.AsMemory(received), Deadline.Token);
            Assert.NotEqual(0, more);
            received += more;
        }

        return answer;
    }
}
