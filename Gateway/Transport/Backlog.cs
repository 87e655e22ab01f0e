using System.Buffers;

namespace BrokerIm.Gateway.Transport;

/// <summary>Bytes that wait for a flush, or for one to end, in one pooled array; holds no memory while empty.</summary>
internal sealed class Backlog : IBufferWriter<byte>
{
    private const int FirstBytes = 4 * 1024;

    private byte[] _bytes = [];

    /// <summary>Bytes waiting.</summary>
    public int Length { get; private set; }

    /// <summary>What waits; until something is added or taken.</summary>
    public ReadOnlyMemory<byte> Bytes => _bytes.AsMemory(0, Length);

    public void Advance(int count) => Length += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(Math.Max(1, sizeHint));
        return _bytes.AsMemory(Length);
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    /// <summary>Moves everything to <paramref name="destination"/> and gives the memory back.</summary>
    public void MoveTo(IBufferWriter<byte> destination)
    {
        destination.Write(_bytes.AsSpan(0, Length));
        Clear();
    }

    /// <summary>Drops everything and gives the memory back.</summary>
    public void Clear()
    {
        if (_bytes.Length > 0)
            ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
        Length = 0;
    }

    private void Reserve(int more)
    {
        if (_bytes.Length - Length >= more)
            return;

        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(FirstBytes, Math.Max(2 * _bytes.Length, Length + more)));
        _bytes.AsSpan(0, Length).CopyTo(larger);
        if (_bytes.Length > 0)
            ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = larger;
    }
}
