using System.Buffers.Binary;
using System.IO.Pipelines;
using BrokerIm.Contracts.Wire;
using BrokerIm.Gateway.Sessions;
using BrokerIm.Tests.Support;

namespace BrokerIm.Tests.Unit.Gateway;

public sealed class OutboxTests
{
    private const int Pause = 4_096;

    private readonly ManualTimeProvider _time = new();
    private readonly Pipe _pipe = new(new(pauseWriterThreshold: Pause, resumeWriterThreshold: Pause / 2));

    [Fact]
    public async Task Frames_of_many_writers_never_mix_and_each_writers_order_holds()
    {
        const int Writers = 4;
        const int Each = 5_000;
        var outbox = new Outbox(_pipe.Writer, int.MaxValue, _time);

        var writing = Enumerable.Range(0, Writers).Select(writer => Task.Run(
            () =>
            {
                Span<byte> header = stackalloc byte[FrameHeader.Size];
                Span<byte> body = stackalloc byte[4];
                FrameHeader.For(Command.MsgData, body.Length, (ushort)writer).Write(header);
                for (var number = 0; number < Each; number++)
                {
                    BinaryPrimitives.WriteInt32BigEndian(body, number);
                    Assert.True(outbox.Append(header, body));
                    outbox.Flush();
                }
            },
            TestContext.Current.CancellationToken)).ToArray();

        var next = new int[Writers];
        await foreach (var (header, number) in ReadAsync(Writers * Each))
            Assert.Equal(next[header.Sequence]++, number);
        await Task.WhenAll(writing);
        Assert.All(next, count => Assert.Equal(Each, count));
    }

    [Fact]
    public void What_is_not_flushed_does_not_leave()
    {
        var outbox = new Outbox(_pipe.Writer, int.MaxValue, _time);

        outbox.Append(new byte[100], []);
        Assert.False(_pipe.Reader.TryRead(out _));

        outbox.Flush();
        Assert.True(_pipe.Reader.TryRead(out var read));
        Assert.Equal(100, read.Buffer.Length);
    }

    [Fact]
    public async Task Stall_lasts_from_the_flush_until_the_client_reads_and_then_the_backlog_leaves()
    {
        var outbox = new Outbox(_pipe.Writer, int.MaxValue, _time);
        outbox.Append(new byte[Pause], []);
        outbox.Flush();
        Assert.True(outbox.IsStalled);

        outbox.Append(new byte[10], []);
        outbox.Flush();
        _time.Advance(TimeSpan.FromSeconds(7));
        Assert.Equal(TimeSpan.FromSeconds(7), outbox.StalledFor());
        var writable = outbox.WaitUntilWritable();
        Assert.False(writable.IsCompleted);

        var read = await _pipe.Reader.ReadAsync(TestContext.Current.CancellationToken);
        Assert.Equal(Pause, read.Buffer.Length);
        _pipe.Reader.AdvanceTo(read.Buffer.End);
        await writable;
        read = await _pipe.Reader.ReadAsync(TestContext.Current.CancellationToken);
        Assert.Equal(10, read.Buffer.Length);
        Assert.Equal(TimeSpan.Zero, outbox.StalledFor());
    }

    [Fact]
    public void More_than_the_backlog_may_hold_is_reported()
    {
        var outbox = new Outbox(_pipe.Writer, backlogBytesMax: 100, _time);
        outbox.Append(new byte[Pause], []);
        outbox.Flush();

        Assert.True(outbox.Append(new byte[60], new byte[40]));
        Assert.False(outbox.Append(new byte[1], []));
    }

    [Fact]
    public async Task Ending_waits_for_what_was_written_and_takes_nothing_more()
    {
        var outbox = new Outbox(_pipe.Writer, int.MaxValue, _time);
        outbox.Append(new byte[Pause], []);
        outbox.Flush();
        outbox.Append(new byte[Pause], []);

        var ending = outbox.EndAsync().AsTask();
        Assert.False(ending.IsCompleted);
        for (var read = 0L; read < 2 * Pause;)
        {
            var result = await _pipe.Reader.ReadAsync(TestContext.Current.CancellationToken);
            read += result.Buffer.Length;
            _pipe.Reader.AdvanceTo(result.Buffer.End);
        }

        await ending;
        Assert.True(outbox.Append(new byte[1], []));
        outbox.Flush();
        Assert.False(_pipe.Reader.TryRead(out _));
    }

    [Fact]
    public async Task Client_that_is_gone_ends_every_wait()
    {
        var outbox = new Outbox(_pipe.Writer, int.MaxValue, _time);
        outbox.Append(new byte[Pause], []);
        outbox.Flush();
        outbox.Append(new byte[Pause], []);
        var writable = outbox.WaitUntilWritable();

        await _pipe.Reader.CompleteAsync();

        await writable;
        await outbox.EndAsync();
        Assert.False(outbox.IsStalled);
    }

    [Fact]
    public void Writing_a_message_allocates_nothing()
    {
        const int Messages = 10_000;
        var outbox = new Outbox(_pipe.Writer, int.MaxValue, _time);
        SendAndRead(outbox, Messages);

        var before = GC.GetAllocatedBytesForCurrentThread();
        SendAndRead(outbox, Messages);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.InRange(allocated, 0, Messages);
    }

    private void SendAndRead(Outbox outbox, int messages)
    {
        ReadOnlySpan<byte> header = stackalloc byte[FrameHeader.Size];
        ReadOnlySpan<byte> body = stackalloc byte[200];
        for (var sent = 0; sent < messages; sent++)
        {
            outbox.Append(header, body);
            outbox.Flush();
            Assert.True(_pipe.Reader.TryRead(out var read));
            _pipe.Reader.AdvanceTo(read.Buffer.End);
        }
    }

    private async IAsyncEnumerable<(FrameHeader Header, int Number)> ReadAsync(int frames)
    {
        while (frames > 0)
        {
            var read = await _pipe.Reader.ReadAsync(TestContext.Current.CancellationToken);
            var (buffer, end) = (read.Buffer, read.Buffer.End);
            while (FrameReader.TryRead(ref buffer, 64, out var header, out var body) == FrameReadResult.Frame)
            {
                frames--;
                var reader = new System.Buffers.SequenceReader<byte>(body);
                Assert.True(System.Buffers.SequenceReaderExtensions.TryReadBigEndian(ref reader, out int number));
                yield return (header, number);
            }

            _pipe.Reader.AdvanceTo(buffer.Start, end);
        }
    }
}
