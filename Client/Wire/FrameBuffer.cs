using System.Buffers;

namespace BrokerIm.Client.Wire;

/// <summary>Frames on their way out, one after the other in a pooled array; grows as needed.</summary>
internal sealed class FrameBuffer : IBufferWriter<byte>
{
    private const int FirstBytes = 4_096;

    // A burst may leave a large array behind; an idle connection should not keep it.
    private const int KeptBytes = 64 * 1024;

    private byte[] _array = [];

    /// <summary>Bytes written so far.</summary>
    public int Length { get; private set; }

    /// <summary>What was written; valid until the next write or <see cref="Clear"/>.</summary>
    public ReadOnlyMemory<byte> Written => _array.AsMemory(0, Length);

    public void Advance(int count) => Length += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(Math.Max(sizeHint, 1));
        return _array.AsMemory(Length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(Math.Max(sizeHint, 1));
        return _array.AsSpan(Length);
    }

    /// <summary>Empties the buffer and gives an unusually large array back.</summary>
    public void Clear()
    {
        Length = 0;
        if (_array.Length > KeptBytes)
            Release();
    }

    /// <summary>Gives the array back to the pool.</summary>
    public void Release()
    {
        var array = _array;
        _array = [];
        Length = 0;
        if (array.Length > 0)
            ArrayPool<byte>.Shared.Return(array);
    }

    private void Reserve(int count)
    {
        if (_array.Length - Length >= count)
            return;

        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(Math.Max(FirstBytes, _array.Length * 2), Length + count));
        _array.AsSpan(0, Length).CopyTo(larger);
        if (_array.Length > 0)
            ArrayPool<byte>.Shared.Return(_array);
        _array = larger;
    }
}
