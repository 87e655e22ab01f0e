using System.Net;
using System.Net.Sockets;
using BrokerIm.Client.Wire;
using BrokerIm.Contracts.Wire;
using BrokerIm.Tests.Support;

namespace BrokerIm.Tests.Unit.Client;

public sealed class PduConnectionTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Frames_of_every_size_arrive_whole_and_in_order()
    {
        var (left, right) = await PairAsync();
        await using var _ = left;
        await using var __ = right;
        var sizes = Enumerable.Range(0, 300).Select(index => (index * 977) % 70_000).ToArray();

        var sending = Task.Run(
            () =>
            {
                foreach (var size in sizes)
                {
                    left.TryWrite(Command.P2PCmdMsg, (ushort)size, Body(size));
                    left.Flush();
                }
            },
            Stop);

        var index = 0;
        await foreach (var frame in right.ReadAllAsync(Stop))
        {
            Assert.Equal((ushort)sizes[index], frame.Header.Sequence);
            Assert.Equal(Body(sizes[index]), frame.Parse(IMP2PCmdMsg.Parser));
            if (++index == sizes.Length)
                break;
        }

        await sending.Soon();
        Assert.Equal(sizes.Length, index);
    }

    [Fact]
    public async Task Frames_of_many_threads_do_not_mix()
    {
        var (left, right) = await PairAsync();
        await using var _ = left;
        await using var __ = right;
        var sending = Parallel.ForEachAsync(Enumerable.Range(1, 8), Stop, (thread, _) =>
        {
            for (var number = 0; number < 500; number++)
            {
                left.TryWrite(Command.P2PCmdMsg, (ushort)thread, Body(number));
                left.Flush();
            }

            return ValueTask.CompletedTask;
        });

        var next = new int[9];
        await foreach (var frame in right.ReadAllAsync(Stop))
        {
            Assert.Equal(Body(next[frame.Header.Sequence]++), frame.Parse(IMP2PCmdMsg.Parser));
            if (next.Sum() == 8 * 500)
                break;
        }

        await sending.Soon();
        Assert.Equal(8 * 500, next.Sum());
    }

    [Theory]
    [InlineData("00000000")]
    [InlineData("0000000F")]
    [InlineData("00800001")]
    [InlineData("FFFFFFFF")]
    public async Task Length_that_cannot_be_ends_the_connection(string length)
    {
        var (left, right) = await PairAsync();
        await using var _ = left;
        await using var __ = right;
        left.TryWriteRaw([.. Convert.FromHexString(length), .. new byte[12]]);
        left.Flush();
        Assert.IsType<InvalidDataException>(await right.ReceiveAsync(new Nobody()).Soon());
        Assert.False(right.TryWrite(Command.Heartbeat, 0, body: null));
    }

    [Fact]
    public async Task Finished_connection_delivers_what_was_written()
    {
        var (left, right) = await PairAsync();
        await using var _ = right;
        await using (left)
        {
            left.TryWrite(Command.P2PCmdMsg, 1, Body(5_000_000));
            var finishing = left.FinishAsync(Stop);
            var frames = 0;
            await foreach (var frame in right.ReadAllAsync(Stop))
                frames += frame.Parse(IMP2PCmdMsg.Parser).CmdMsgData.Length == 5_000_000 ? 1 : 0;
            await finishing.Soon();
            Assert.Equal(1, frames);
        }
    }

    [Fact]
    public async Task Orderly_end_is_no_error()
    {
        var (left, right) = await PairAsync();
        await using var _ = right;
        await left.DisposeAsync();
        Assert.Null(await right.ReceiveAsync(new Nobody()).Soon());
    }

    private static IMP2PCmdMsg Body(int size) => new() { FromUserId = 1, ToUserId = 2, CmdMsgData = new('x', size) };

    private static async Task<(PduConnection Left, PduConnection Right)> PairAsync()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var left = await PduConnection.ConnectAsync(listener.LocalEndpoint, 1 << 20, Stop).Soon();
        return (left, new(await listener.AcceptSocketAsync(Stop), 8 << 20));
    }

    private sealed class Nobody : IPduReceiver
    {
        public void OnFrame(in FrameHeader header, ReadOnlySpan<byte> body) => Assert.Fail("There was no whole frame.");

        public ValueTask OnBatchAsync() => default;
    }
}
