namespace BrokerIm.Gateway;

/// <summary>Values of the label <c>reason</c> of <c>im_frame_rejects_total</c>.</summary>
internal static class FrameRejects
{
    /// <summary>The announced length is smaller than a header.</summary>
    public const string Malformed = "malformed";

    /// <summary>The announced length is above the limit.</summary>
    public const string TooLarge = "too_large";

    /// <summary>The body does not parse or lacks what is required.</summary>
    public const string Unparsable = "unparsable";

    /// <summary>The body has more elements in its lists than <see cref="GatewayOptions.MaxListElements"/>.</summary>
    public const string TooMany = "too_many_elements";

    /// <summary>The body is nested deeper than <see cref="GatewayOptions.MaxNesting"/>.</summary>
    public const string TooDeep = "too_deep";

    /// <summary>Nobody handles the command.</summary>
    public const string UnknownCommand = "unknown_command";

    /// <summary>The command needs a login.</summary>
    public const string NotLoggedIn = "not_logged_in";

    /// <summary>A push token is empty or longer than <see cref="Core.Limits.MaxDeviceTokenBytes"/>.</summary>
    public const string DeviceTokenSize = "device_token_size";

    /// <summary>A command from client to client is longer than is allowed.</summary>
    public const string PeerCommandSize = "peer_command_size";

    /// <summary>A connection sends more commands from client to client than <see cref="GatewayOptions.PeerCommandsPerSecond"/>.</summary>
    public const string PeerCommandRate = "peer_command_rate";
}
