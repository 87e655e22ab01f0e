using BrokerIm.Gateway.Sessions;

namespace BrokerIm.Gateway.Connections;

/// <summary>Values of the label <c>reason</c> of <c>im_connections_closed_total</c>.</summary>
internal static class CloseLabels
{
    public static string Of(CloseReason? reason) => reason switch
    {
        CloseReason.PeerClosed => "peer_closed",
        CloseReason.LoggedOut => "logged_out",
        CloseReason.SentElsewhere => "sent_elsewhere",
        CloseReason.LoginRefused => "login_refused",
        CloseReason.LoginTimeout => "login_timeout",
        CloseReason.NotLoggedIn => "not_logged_in",
        CloseReason.Idle => "idle",
        CloseReason.Kicked => "kicked",
        CloseReason.MalformedFrame => "malformed_frame",
        CloseReason.FrameTooLarge => "frame_too_large",
        CloseReason.FrameTooSlow => "frame_too_slow",
        CloseReason.SlowReader => "slow_reader",
        CloseReason.Draining => "draining",
        _ => "failed",
    };
}
