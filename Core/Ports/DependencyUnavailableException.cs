namespace BrokerIm.Core.Ports;

/// <summary>
/// A service did not answer in time or refused for now. What was asked may or may not have happened; every port says that
/// repeating is safe. Adapters turn their vendors' exceptions into this one.
/// </summary>
public sealed class DependencyUnavailableException : Exception
{
    public DependencyUnavailableException()
    {
    }

    public DependencyUnavailableException(string message)
        : base(message)
    {
    }

    public DependencyUnavailableException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
