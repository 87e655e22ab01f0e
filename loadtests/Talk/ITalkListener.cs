using BrokerIm.Contracts.Wire;

namespace BrokerIm.LoadTests.Talk;

/// <summary>What a connection tells of; called on its receiving loop, one call at a time.</summary>
internal interface ITalkListener
{
    /// <summary>A message was answered.</summary>
    /// <param name="number">Its number; null when the server names it by the sequence alone.</param>
    /// <param name="sequence">Its sequence; of no interest with a number.</param>
    /// <param name="id">The id it was given; 0 when it has none.</param>
    /// <param name="status">Outcome.</param>
    void OnAck(long? number, ushort sequence, uint id, SendStatus status);

    /// <summary>A message arrived in the conversation.</summary>
    /// <param name="data">Content, valid during this call only.</param>
    /// <param name="id">Its id; 0 when it has none.</param>
    void OnMessage(ReadOnlySpan<byte> data, uint id);

    /// <summary>All that came with one read has been told of.</summary>
    void OnBatch();
}
