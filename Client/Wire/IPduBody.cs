namespace BrokerIm.Client.Wire;

/// <summary>A body that knows its size, so that it can be written into the send buffer without a detour over an array.</summary>
public interface IPduBody
{
    /// <summary>Bytes that <see cref="WriteTo"/> will fill.</summary>
    int CalculateSize();

    /// <summary>Fills the span, which has exactly the calculated size.</summary>
    void WriteTo(Span<byte> destination);
}
