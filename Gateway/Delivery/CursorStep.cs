namespace BrokerIm.Gateway.Delivery;

/// <summary>What a connection does about a message it was offered.</summary>
internal enum CursorStep
{
    /// <summary>The connection has it, or will get it from a fill that is under way.</summary>
    Nothing,

    /// <summary>It is the next one: write it now, before the cursor's gate is left.</summary>
    Push,

    /// <summary>Messages before it are missing: start a fill, which reads them and this one from the store.</summary>
    Fill,

    /// <summary>Whether messages before it are missing is not known yet: start a fill all the same.</summary>
    LookBelow,
}
