namespace BrokerIm.Contracts.Wire;

/// <summary>What <see cref="FrameReader"/> found at the start of a buffer.</summary>
public enum FrameReadResult
{
    /// <summary>The frame is not complete; read more and ask again.</summary>
    Incomplete,

    /// <summary>One whole frame.</summary>
    Frame,

    /// <summary>The announced length is smaller than a header. The stream cannot be followed any further: close.</summary>
    Malformed,

    /// <summary>The announced length is above the limit. Close, before the peer makes us buffer it.</summary>
    TooLarge,
}
