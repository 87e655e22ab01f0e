using System.ComponentModel.DataAnnotations;

namespace BrokerIm.Gateway;

/// <content>What a client's frames may cost before anybody has looked at what they say.</content>
public sealed partial class GatewayOptions
{
    /// <summary>
    /// How long a client may take over a frame, from its first byte on, before it has to have kept
    /// <see cref="FrameBytesPerSecond"/>. Defaults to 10 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan FrameGrace { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Bytes per second at which the rest of a frame has to come in once <see cref="FrameGrace"/> is over; slower closes the
    /// connection. 0 for no limit. Defaults to 1,024.
    /// </summary>
    [Range(0, 1 << 20)]
    public int FrameBytesPerSecond { get; set; } = 1_024;

    /// <summary>Elements in the lists of one command, such as members of a new group; more and the command is dropped. Defaults to 65,536.</summary>
    [Range(1_000, 1 << 20)]
    public int MaxListElements { get; set; } = 65_536;

    /// <summary>Messages or groups inside each other in one command; deeper and the command is dropped. Defaults to 16.</summary>
    [Range(4, 64)]
    public int MaxNesting { get; set; } = 16;
}
