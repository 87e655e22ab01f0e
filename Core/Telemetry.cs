using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace BrokerIm.Core;

/// <summary>The one meter and the one source of traces; instruments live with the code that counts.</summary>
public static class Telemetry
{
    /// <summary>Name of the meter and of the activity source.</summary>
    public const string Name = "BrokerIm";

    /// <summary>Every instrument of ours belongs to this meter; names start with <c>im_</c>.</summary>
    public static Meter Meter { get; } = new(Name);

    /// <summary>Every span of ours starts here; the trace parent travels inside the records.</summary>
    public static ActivitySource Activities { get; } = new(Name);
}
