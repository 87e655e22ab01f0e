namespace BrokerIm.Gateway.Sessions;

/// <summary>Why a connection ended; goes into the log.</summary>
internal enum CloseReason
{
    /// <summary>The client closed it, or the network did.</summary>
    PeerClosed,

    /// <summary>The client logged out.</summary>
    LoggedOut,

    /// <summary>It asked where to go, and was told.</summary>
    SentElsewhere,

    /// <summary>Its login was refused, and the client was told so.</summary>
    LoginRefused,

    /// <summary>No login within <see cref="GatewayOptions.LoginDeadline"/>.</summary>
    LoginTimeout,

    /// <summary>Too many commands that need a login came without one.</summary>
    NotLoggedIn,

    /// <summary>Nothing was received for too long.</summary>
    Idle,

    /// <summary>Another login took its place, or the user's phone sent it away; it had its grace.</summary>
    Kicked,

    /// <summary>A frame announced less than its header.</summary>
    MalformedFrame,

    /// <summary>A frame announced more than is allowed.</summary>
    FrameTooLarge,

    /// <summary>A frame came in more slowly than <see cref="GatewayOptions.FrameBytesPerSecond"/>.</summary>
    FrameTooSlow,

    /// <summary>It does not read what is sent to it.</summary>
    SlowReader,

    /// <summary>This gateway stops.</summary>
    Draining,

    /// <summary>A handler failed; the failure is logged where it happened.</summary>
    Failed,
}
