namespace BrokerIm.Gateway;

/// <summary>What carries plain TCP connections of clients.</summary>
public enum TcpTransport
{
    /// <summary>One object per connection that holds no memory while nothing is under way.</summary>
    Lean,

    /// <summary>Kestrel's own sockets and pipes.</summary>
    Kestrel,
}
