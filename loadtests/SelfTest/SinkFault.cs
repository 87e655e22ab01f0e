namespace BrokerIm.LoadTests.SelfTest;

/// <summary>What a sink does wrong with one message, so that tests can see whether the generator notices.</summary>
internal enum SinkFault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Acknowledges it and delivers it to nobody.</summary>
    Lose,

    /// <summary>Delivers it twice.</summary>
    Double,

    /// <summary>Delivers it after the next message of its sender in its conversation.</summary>
    Delay,

    /// <summary>Leaves out an id before it.</summary>
    SkipId,

    /// <summary>Delivers it under another id than it acknowledges.</summary>
    Misname,

    /// <summary>Delivers it and never acknowledges it.</summary>
    Ignore,

    /// <summary>Refuses it.</summary>
    Refuse,

    /// <summary>Ends the connection it came on.</summary>
    Disconnect,
}
