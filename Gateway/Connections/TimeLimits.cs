using BrokerIm.Core.Values;
using BrokerIm.Gateway.Sessions;

namespace BrokerIm.Gateway.Connections;

/// <summary>How long a connection may be in a state, or silent, or behind, or over a frame (protocol chapter 01 section 5.1).</summary>
internal sealed class TimeLimits(GatewayOptions options)
{
    /// <summary>Why the session's time is up; null while it is not.</summary>
    public CloseReason? Exceeded(Session session) => session.State switch
    {
        _ when session.StalledFor() > options.SlowReaderTimeout => CloseReason.SlowReader,
        SessionState.Connected or SessionState.LoggedIn when session.IsFrameOverdue => CloseReason.FrameTooSlow,
        SessionState.Connected when session.InStateFor() > options.LoginDeadline => CloseReason.LoginTimeout,
        SessionState.LoggedIn when session.SilentFor() > IdleLimit(session.Class) => CloseReason.Idle,
        SessionState.Kicked when session.InStateFor() > options.KickGrace => CloseReason.Kicked,
        _ => null,
    };

    private TimeSpan IdleLimit(DeviceClass device) =>
        device == DeviceClass.Mobile ? options.MobileIdleLimit : options.PcIdleLimit;
}
