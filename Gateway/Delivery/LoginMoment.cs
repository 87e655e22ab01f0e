using BrokerIm.Gateway.Sessions;

namespace BrokerIm.Gateway.Delivery;

/// <summary>What a session may have missed around its login.</summary>
internal static class LoginMoment
{
    // A message's time is that of its receipt at another gateway, whose clock differs, and which may offer it to the log for half a minute.
    private const long ToleranceMs = 45_000;

    /// <summary>Messages from this moment on may not have been seen by the client, in Unix milliseconds.</summary>
    public static long MissedSinceMs(Session session) => session.LoginTimeMs - ToleranceMs;

    /// <summary>A moment before <paramref name="timeMs"/> that is early enough whatever the clocks say.</summary>
    public static long SafelyBefore(long timeMs) => timeMs - ToleranceMs;
}
