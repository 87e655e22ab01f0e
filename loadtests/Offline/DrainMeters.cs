using BrokerIm.LoadTests.Running;

namespace BrokerIm.LoadTests.Offline;

/// <summary>What is measured while backlogs are read.</summary>
internal sealed class DrainMeters(MeasuredWindow window)
{
    public MeasuredWindow Window { get; } = window;

    /// <summary>One message, from the moment its reader began to log in.</summary>
    public Step Message { get; } = new("message read", window);

    /// <summary>One page, from its request.</summary>
    public Step Page { get; } = new("page", window);

    /// <summary>One user, from the beginning of his login to the last message.</summary>
    public Step User { get; } = new("login to all read", window);
}
