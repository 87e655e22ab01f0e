namespace BrokerIm.Gateway.Sessions;

/// <summary>Life of a session; it only moves forward.</summary>
internal enum SessionState
{
    /// <summary>Nobody is logged in.</summary>
    Connected,

    /// <summary>The login response is written.</summary>
    LoggedIn,

    /// <summary>Told to go: serves nobody, waits for the client to close.</summary>
    Kicked,

    /// <summary>Over; what was written may still be leaving.</summary>
    Closed,
}
