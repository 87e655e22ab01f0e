using System.Buffers;
using System.Net.Sockets;
using BrokerIm.Gateway.Transport;
using BrokerIm.Tests.Support;

namespace BrokerIm.Tests.Unit.Gateway.Transport;

/// <summary>What a <see cref="System.IO.Pipelines.PipeWriter"/> promises, kept on a real socket.</summary>
public sealed class SocketWriterTests
{
    private const int SmallBuffer = 4_096;

    // More than the system holds for both ends of a connection with small buffers.
    private const int TooMuch = 4 * 1024 * 1024;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nothing_leaves_before_the_flush_and_everything_with_it()
    {
        using var pair = await SocketPair.OpenAsync();
        var writer = new SocketWriter(pair.Server);

        writer.Write("abc"u8);
        writer.Write(new byte[10_000]);
        Assert.Equal(10_003, writer.UnflushedBytes);
        Assert.Equal(0, pair.Client.Available);

        var flushed = writer.FlushAsync(Cancellation).AsTask();
        Assert.True(flushed.IsCompletedSuccessfully);
        Assert.False((await flushed).IsCompleted);
        Assert.Equal(0, writer.UnflushedBytes);
        var received = await ReceiveAsync(pair.Client, 10_003);
        Assert.Equal("abc"u8, received.AsSpan(0, 3));
        Assert.Equal(new byte[10_000], received[3..]);
    }

    [Fact]
    public async Task Flush_waits_for_a_peer_that_does_not_read_and_loses_nothing()
    {
        using var pair = await SocketPair.OpenAsync(SmallBuffer);
        var writer = new SocketWriter(pair.Server);
        var sent = Random.Shared.GetItems<byte>([1, 2, 3, 5, 8, 13], TooMuch);
        writer.Write(sent);

        var flushing = writer.FlushAsync(Cancellation).AsTask();
        Assert.False(flushing.IsCompleted);

        Assert.Equal(sent, await ReceiveAsync(pair.Client, TooMuch));
        Assert.False((await flushing.Soon()).IsCompleted);

        writer.Write("on"u8);
        await writer.FlushAsync(Cancellation);
        Assert.Equal("on"u8.ToArray(), await ReceiveAsync(pair.Client, 2));
    }

    [Fact]
    public async Task Closing_ends_a_flush_that_waits()
    {
        using var pair = await SocketPair.OpenAsync(SmallBuffer);
        var writer = new SocketWriter(pair.Server);
        writer.Write(new byte[TooMuch]);
        var flushing = writer.FlushAsync(Cancellation).AsTask();

        pair.Server.Dispose();

        Assert.True((await flushing.Soon()).IsCompleted);
    }

    [Fact]
    public async Task Peer_that_is_gone_ends_a_flush_that_waits()
    {
        using var pair = await SocketPair.OpenAsync(SmallBuffer);
        var writer = new SocketWriter(pair.Server);
        writer.Write(new byte[TooMuch]);
        var flushing = writer.FlushAsync(Cancellation).AsTask();

        pair.Reset();

        Assert.True((await flushing.Soon()).IsCompleted);
    }

    [Fact]
    public async Task Flush_to_a_closed_connection_says_so_and_takes_nothing_more()
    {
        using var pair = await SocketPair.OpenAsync();
        var writer = new SocketWriter(pair.Server);
        pair.Server.Dispose();

        writer.Write("abc"u8);
        Assert.True((await writer.FlushAsync(Cancellation)).IsCompleted);
        writer.Write("abc"u8);
        Assert.True((await writer.FlushAsync(Cancellation)).IsCompleted);
        Assert.Equal(0, writer.UnflushedBytes);
    }

    private static async Task<byte[]> ReceiveAsync(Socket socket, int count)
    {
        var received = new byte[count];
        for (var length = 0; length < count;)
        {
            var part = await socket.ReceiveAsync(received.AsMemory(length), Cancellation).AsTask().Soon();
            Assert.NotEqual(0, part);
            length += part;
        }

        return received;
    }
}
