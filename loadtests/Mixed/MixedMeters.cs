using BrokerIm.LoadTests.Running;

namespace BrokerIm.LoadTests.Mixed;

/// <summary>What is measured.</summary>
internal sealed class MixedMeters(MeasuredWindow window)
{
    /// <summary>When messages count.</summary>
    public MeasuredWindow Window { get; } = window;

    /// <summary>From the moment a message was to be sent to its acknowledgement.</summary>
    public Step Acked { get; } = new("send to ack", window);

    /// <summary>From the first attempt to connect to the login response, when all come at once.</summary>
    public Step LoggedIn { get; } = new("login", MeasuredWindow.Always());

    /// <summary>Everything a client asks for after its login, one after the other.</summary>
    public Step Loaded { get; } = new("lists", MeasuredWindow.Always());

    /// <summary>From the end of a connection to all that was missed.</summary>
    public Step Returned { get; } = new("reconnect", MeasuredWindow.Always());
}
