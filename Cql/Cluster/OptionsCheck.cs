namespace BrokerIm.Cql.Cluster;

/// <summary>Finds all mistakes in options at once.</summary>
internal static class OptionsCheck
{
    // Stream ids are numbers of 16 bits, and negative ones are the server's.
    private const int StreamIds = 32_768;

    /// <exception cref="ArgumentException">Says everything that is wrong.</exception>
    public static void Run(CqlOptions options)
    {
        var mistakes = Mistakes(options).ToList();
        if (mistakes.Count > 0)
            throw new ArgumentException(string.Join(" ", mistakes), nameof(options));
    }

    private static IEnumerable<string> Mistakes(CqlOptions options)
    {
        if (options.ContactPoints.Count == 0)
            yield return "There is no contact point.";
        foreach (var contactPoint in options.ContactPoints.Where(text => !ContactPoint.TryParse(text, out _)))
            yield return $"The contact point '{contactPoint}' has to be host or host:port.";

        if (options.MaxProtocolVersion is not (3 or 4))
            yield return $"MaxProtocolVersion {options.MaxProtocolVersion} has to be 3 or 4.";
        if (options.ConnectionsPerNode < 1)
            yield return $"ConnectionsPerNode {options.ConnectionsPerNode} has to be at least 1.";
        if (options.MaxInFlightPerConnection is < 1 or > StreamIds)
            yield return $"MaxInFlightPerConnection {options.MaxInFlightPerConnection} has to be between 1 and {StreamIds}.";
        if (options.MaxAttempts < 1)
            yield return $"MaxAttempts {options.MaxAttempts} has to be at least 1.";
        if (options.PageSize < 0)
            yield return $"PageSize {options.PageSize} must not be negative; 0 means everything at once.";
        if (options.MaxResponseBytes < 1)
            yield return $"MaxResponseBytes {options.MaxResponseBytes} has to be at least 1.";

        foreach (var (name, time) in Times(options).Where(each => each.Time <= TimeSpan.Zero))
            yield return $"{name} {time} has to be longer than nothing.";
        if (options.ReconnectMax < options.ReconnectMin)
            yield return $"ReconnectMax {options.ReconnectMax} must not be below ReconnectMin {options.ReconnectMin}.";
    }

    private static (string Name, TimeSpan Time)[] Times(CqlOptions options) =>
    [
        (nameof(options.RequestTimeout), options.RequestTimeout),
        (nameof(options.ConnectTimeout), options.ConnectTimeout),
        (nameof(options.HeartbeatInterval), options.HeartbeatInterval),
        (nameof(options.ReconnectMin), options.ReconnectMin),
    ];
}
