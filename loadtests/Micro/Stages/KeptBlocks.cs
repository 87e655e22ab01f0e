using System.Buffers;

namespace BrokerIm.MicroBenchmarks.Stages;

/// <summary>
/// Blocks for the pipes, which a web server never gives up. The shared pool keeps so few that with a thousand pipes at once most blocks
/// would be new ones.
/// </summary>
internal sealed class KeptBlocks : MemoryPool<byte>
{
    private const int BlockBytes = 4096;

    private readonly Stack<IMemoryOwner<byte>> _free = [];

    public override int MaxBufferSize => BlockBytes;

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1) => _free.TryPop(out var block) ? block : new Block(_free);

    protected override void Dispose(bool disposing)
    {
    }

    private sealed class Block(Stack<IMemoryOwner<byte>> home) : IMemoryOwner<byte>
    {
        public Memory<byte> Memory { get; } = new byte[BlockBytes];

        public void Dispose() => home.Push(this);
    }
}
