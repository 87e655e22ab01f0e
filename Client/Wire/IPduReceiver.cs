using BrokerIm.Contracts.Wire;

namespace BrokerIm.Client.Wire;

/// <summary>Takes the frames of one <see cref="PduConnection"/>, in the order they arrived and one at a time.</summary>
public interface IPduReceiver
{
    /// <summary>One frame. Runs on the receiving loop: decide and return, never block.</summary>
    /// <param name="header">As received; no value of it is judged but the length.</param>
    /// <param name="body">Lies in the receive buffer: valid during this call only.</param>
    void OnFrame(in FrameHeader header, ReadOnlySpan<byte> body);

    /// <summary>
    /// Every frame that arrived with one read has been handed over: the moment to flush answers together. While the task is not
    /// complete nothing more is read, so a receiver that cannot keep up slows its server.
    /// </summary>
    ValueTask OnBatchAsync();
}
