using System.Buffers;
using System.IO.Pipelines;
using BrokerIm.Gateway.Transport;
using BrokerIm.Tests.Support;
using Microsoft.AspNetCore.Connections;

namespace BrokerIm.Tests.Unit.Gateway.Transport;

/// <summary>What a <see cref="PipeReader"/> promises, kept on a real socket.</summary>
public sealed class SocketReaderTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(4_096)]
    [InlineData(100_000)]
    public async Task Every_byte_arrives_once_and_in_order_however_it_was_cut(int piece)
    {
        using var pair = await SocketPair.OpenAsync();
        var reader = new SocketReader(pair.Server);
        var sent = Random.Shared.GetItems<byte>([1, 2, 3, 5, 8, 13], piece * 50);

        var sending = Task.Run(
            async () =>
            {
                foreach (var part in sent.Chunk(piece))
                    await pair.Client.SendAsync(part, Cancellation);
                pair.Client.Shutdown(System.Net.Sockets.SocketShutdown.Send);
            },
            Cancellation);

        // Takes an odd number of bytes each time, so that rests of all lengths stay behind.
        var received = new List<byte>();
        while (true)
        {
            var read = await reader.ReadAsync(CancellationToken.None);
            if (read is { IsCompleted: true, Buffer.IsEmpty: true })
                break;
            var taken = read.Buffer.Slice(0, Math.Min(read.Buffer.Length, 1_013));
            received.AddRange(taken.ToArray());
            reader.AdvanceTo(taken.End);
        }

        await sending;
        Assert.Equal(sent, received);
    }

    [Fact]
    public async Task What_is_left_unconsumed_grows_until_it_is_whole()
    {
        using var pair = await SocketPair.OpenAsync();
        var reader = new SocketReader(pair.Server);
        var frame = Enumerable.Range(0, 300_000).Select(static i => (byte)i).ToArray();
        var sending = pair.Client.SendAsync(frame, Cancellation).AsTask();

        ReadResult read;
        while ((read = await reader.ReadAsync(CancellationToken.None)).Buffer.Length < frame.Length)
            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);

        Assert.Equal(frame, read.Buffer.ToArray());
        await sending;
    }

    [Fact]
    public async Task What_was_not_looked_at_is_shown_again_without_waiting()
    {
        using var pair = await SocketPair.OpenAsync();
        var reader = new SocketReader(pair.Server);
        await pair.Client.SendAsync("abcdef"u8.ToArray(), Cancellation);
        var first = await ReadAtLeastAsync(reader, 6);

        reader.AdvanceTo(first.GetPosition(2));

        Assert.True(reader.TryRead(out var again));
        Assert.Equal("cdef"u8.ToArray(), again.Buffer.ToArray());
        reader.AdvanceTo(again.Buffer.Start, again.Buffer.End);
        Assert.False(reader.TryRead(out _));
        Assert.False(reader.ReadAsync(CancellationToken.None).AsTask().IsCompleted);
    }

    [Fact]
    public async Task Reader_that_is_called_away_comes_back_at_once_and_misses_nothing()
    {
        using var pair = await SocketPair.OpenAsync();
        var reader = new SocketReader(pair.Server);
        var waiting = reader.ReadAsync(CancellationToken.None).AsTask();

        reader.CancelPendingRead();
        var called = await waiting;
        Assert.True(called.IsCanceled);
        Assert.True(called.Buffer.IsEmpty);
        reader.AdvanceTo(called.Buffer.End);

        // The receive of the first read is still under way and is told of these.
        await pair.Client.SendAsync("abc"u8.ToArray(), Cancellation);
        Assert.Equal("abc"u8.ToArray(), (await ReadAtLeastAsync(reader, 3)).ToArray());
    }

    [Fact]
    public async Task Call_before_a_read_is_for_that_read_and_for_no_other()
    {
        using var pair = await SocketPair.OpenAsync();
        var reader = new SocketReader(pair.Server);

        reader.CancelPendingRead();

        var called = await reader.ReadAsync(CancellationToken.None);
        Assert.True(called.IsCanceled);
        reader.AdvanceTo(called.Buffer.End);
        var next = reader.ReadAsync(CancellationToken.None).AsTask();
        Assert.False(next.IsCompleted);
        await pair.Client.SendAsync("a"u8.ToArray(), Cancellation);
        Assert.False((await next).IsCanceled);
    }

    [Fact]
    public async Task Calls_and_bytes_that_meet_lose_neither()
    {
        using var pair = await SocketPair.OpenAsync();
        var reader = new SocketReader(pair.Server);
        const int Bytes = 20_000;
        var sending = Task.Run(
            async () =>
            {
                for (var sent = 0; sent < Bytes; sent++)
                    await pair.Client.SendAsync(new[] { (byte)sent }, Cancellation);
            },
            Cancellation);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var calls = 0L;
        var calling = Task.Run(
            () =>
            {
                while (!over.IsCancellationRequested)
                {
                    reader.CancelPendingRead();
                    Interlocked.Increment(ref calls);
                }
            },
            Cancellation);

        var received = 0;
        var cancelled = 0;
        while (received < Bytes)
        {
            var read = await reader.ReadAsync(CancellationToken.None);
            cancelled += read.IsCanceled ? 1 : 0;
            foreach (var value in read.Buffer.ToArray())
                Assert.Equal((byte)received++, value);
            reader.AdvanceTo(read.Buffer.End);
        }

        await over.CancelAsync();
        await calling;
        await sending;
        Assert.InRange(cancelled, 1, Interlocked.Read(ref calls));
    }

    [Fact]
    public async Task Cancelled_token_ends_a_read_and_the_next_one_goes_on()
    {
        using var pair = await SocketPair.OpenAsync();
        var reader = new SocketReader(pair.Server);
        using var patience = new CancellationTokenSource();
        var waiting = reader.ReadAsync(patience.Token).AsTask();

        await patience.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await pair.Client.SendAsync("abc"u8.ToArray(), Cancellation);
        Assert.Equal("abc"u8.ToArray(), (await ReadAtLeastAsync(reader, 3)).ToArray());
    }

    [Fact]
    public async Task Peer_that_hangs_up_ends_the_stream_behind_its_last_bytes()
    {
        using var pair = await SocketPair.OpenAsync();
        var reader = new SocketReader(pair.Server);
        await pair.Client.SendAsync("last"u8.ToArray(), Cancellation);
        pair.Client.Dispose();

        var last = await ReadAtLeastAsync(reader, 4);
        Assert.Equal("last"u8.ToArray(), last.ToArray());
        reader.AdvanceTo(last.End);
        var end = await reader.ReadAsync(CancellationToken.None);
        Assert.True(end.IsCompleted);
        Assert.True(end.Buffer.IsEmpty);
    }

    [Fact]
    public async Task Peer_that_is_gone_ends_a_read_that_waits()
    {
        using var pair = await SocketPair.OpenAsync();
        var reader = new SocketReader(pair.Server);
        var waiting = reader.ReadAsync(CancellationToken.None).AsTask();

        pair.Reset();

        Assert.True((await waiting.Soon()).IsCompleted);
        Assert.True((await reader.ReadAsync(CancellationToken.None).AsTask().Soon()).IsCompleted);
    }

    [Fact]
    public async Task Closed_socket_ends_a_read_that_waits()
    {
        using var pair = await SocketPair.OpenAsync();
        var reader = new SocketReader(pair.Server);
        var waiting = reader.ReadAsync(CancellationToken.None).AsTask();

        pair.Server.Dispose();

        await Assert.ThrowsAsync<ConnectionAbortedException>(() => waiting);
        await Assert.ThrowsAsync<ConnectionAbortedException>(async () => await reader.ReadAsync(CancellationToken.None));
    }

    // Looks until so many bytes are there; they stay unconsumed.
    private static async Task<ReadOnlySequence<byte>> ReadAtLeastAsync(SocketReader reader, int count)
    {
        while (true)
        {
            var read = await reader.ReadAsync(CancellationToken.None).AsTask().Soon();
            if (read.Buffer.Length >= count)
                return read.Buffer;
            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }
}
