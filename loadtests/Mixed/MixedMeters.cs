using BrokerIm.LoadTests.Measuring;

namespace BrokerIm.LoadTests.Mixed;

/// <summary>What is measured.</summary>
internal sealed class MixedMeters
{
    /// <summary>From the first attempt to connect to the login response.</summary>
    public LatencyHistogram LoggedIn { get; } = new();

    /// <summary>Logins that were refused as too many, or not answered, and tried again.</summary>
    public StripedCounter LoginRetries { get; } = new();

    /// <summary>Everything a client asks for after its login, one after the other.</summary>
    public LatencyHistogram Loaded { get; } = new();

    /// <summary>From a send to its acknowledgement.</summary>
    public LatencyHistogram Acked { get; } = new();
}
