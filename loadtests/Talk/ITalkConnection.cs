namespace BrokerIm.LoadTests.Talk;

/// <summary>
/// One logged-in connection of a protocol that carries messages, to one conversation. There is one of these per protocol; all that
/// is measured and judged lies above it, so that different servers are measured by the same code.
/// </summary>
internal interface ITalkConnection : IAsyncDisposable
{
    /// <summary>Ends with the connection; the result says why, null for an orderly end.</summary>
    Task<Exception?> Ended { get; }

    /// <summary>Adds a message to what <see cref="Flush"/> sends. Called by one thread at a time.</summary>
    /// <param name="slot">Names the message; the listener is told of its ack by number or by sequence.</param>
    /// <param name="data">Content, as it must arrive.</param>
    void Send(in SendWindow.Slot slot, ReadOnlySpan<byte> data);

    /// <summary>Sends what was added; safe from any thread.</summary>
    void Flush();

    /// <summary>Keeps an idle connection open; safe from any thread.</summary>
    void Beat();
}
