using BrokerIm.Contracts.Records;
using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Values;
using BrokerIm.Gateway.Sessions;
using Microsoft.Extensions.Logging;

namespace BrokerIm.Gateway.Presence;

/// <summary>Keeps a user to one session of each device class, over all gateways (protocol chapter 02 section 4).</summary>
/// <remarks>
/// Whoever logs in says so to every gateway, and the lower <see cref="LoginRank"/> goes. A gateway that hears of a login ranked
/// below a session of its own answers with that session's rank. So whatever order logins and signals cross in, one stays.
/// </remarks>
internal sealed class Kicks(
    ConnectionTable table, GatewayIdentity identity, SignalOutbox signals, GatewayMetrics metrics, ILogger<Kicks> log)
{
    /// <summary>Makes a session that has just logged in the only one of its class, or ends it when a later login is known.</summary>
    public void SettleRivals(Session session)
    {
        if (Highest(session.User, session.Class) is not { } winner)
            return;
        KickBelow(winner.User, winner.Class, identity.RankOf(winner));
        signals.Send(Claim(winner));
    }

    /// <summary>Sends the user's PC sessions away that logged in before a time, on every gateway.</summary>
    public void KickPc(UserId user, long beforeMs)
    {
        KickPcHere(user, beforeMs);
        signals.Send(new()
        {
            Kind = SignalKind.Kick,
            User = user.Value,
            DeviceClass = (uint)DeviceClass.Pc,
            Reason = (uint)KickReasonType.MobileKick,
            LoginTimeMs = (ulong)beforeMs,
        });
    }

    /// <summary>Acts on a kick from another gateway.</summary>
    public void Handle(Signal signal)
    {
        var user = new UserId(signal.User);
        if (signal.Reason == (uint)KickReasonType.MobileKick)
        {
            KickPcHere(user, (long)signal.LoginTimeMs);
            return;
        }

        var device = (DeviceClass)signal.DeviceClass;
        var rank = new LoginRank(
            (long)signal.LoginTimeMs, new(signal.FromGateway, signal.FromIncarnation), signal.ExceptConnection);
        KickBelow(user, device, rank);
        if (Highest(user, device) is { } winner)
            signals.Send(Claim(winner));
    }

    private static Signal Claim(Session session) => new()
    {
        Kind = SignalKind.Kick,
        User = session.User.Value,
        DeviceClass = (uint)session.Class,
        Reason = (uint)KickReasonType.DuplicateUser,
        ExceptConnection = session.Id,
        LoginTimeMs = (ulong)session.LoginTimeMs,
    };

    // Only a complete login can send others away; one that is still under way might fail.
    private Session? Highest(UserId user, DeviceClass device) => table.ClaimsOf(user)
        .Where(session => session.IsLoggedIn && session.Class == device)
        .MaxBy(identity.RankOf);

    private void KickBelow(UserId user, DeviceClass device, LoginRank rank)
    {
        foreach (var session in table.ClaimsOf(user))
        {
            if (session.Class == device && identity.RankOf(session) < rank)
                Kick(session, KickReasonType.DuplicateUser);
        }
    }

    private void KickPcHere(UserId user, long beforeMs)
    {
        foreach (var session in table.ClaimsOf(user))
        {
            if (session.Class == DeviceClass.Pc && session.LoginTimeMs < beforeMs)
                Kick(session, KickReasonType.MobileKick);
        }
    }

    private void Kick(Session session, KickReasonType reason)
    {
        if (!session.Kick(reason))
            return;
        var label = reason == KickReasonType.MobileKick ? "mobile" : "duplicate";
        metrics.SessionKicked(label);
        log.Kicked(session.Id, session.User, label);
    }
}
