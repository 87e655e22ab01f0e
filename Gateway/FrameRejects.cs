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

    /// <summary>Nobody handles the command.</summary>
    public const string UnknownCommand = "unknown_command";

    /// <summary>The command needs a login.</summary>
    public const string NotLoggedIn = "not_logged_in";
}
