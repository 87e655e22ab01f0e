namespace BrokerIm.Adapters.Bus;

/// <summary>The one message of the delivery buses: the bytes of a <c>DeliveryBatch</c>, handed through as they are.</summary>
/// <param name="bytes">Belongs to the envelope from here on; several envelopes may share it.</param>
public sealed class DeliveryEnvelope(byte[] bytes)
{
    /// <summary>The encoded batch.</summary>
    public byte[] Bytes { get; } = bytes;
}
