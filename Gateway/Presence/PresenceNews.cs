using BrokerIm.Contracts.Records;
using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using BrokerIm.Gateway.Sessions;
using Microsoft.Extensions.Logging;

namespace BrokerIm.Gateway.Presence;

/// <summary>Says who came and who went, as the table of protocol chapter 02 section 8 has it: here at once, elsewhere by signal.</summary>
/// <remarks>Only PC sessions make a user online for others. A user's own phone is told whether a PC is online.</remarks>
internal sealed class PresenceNews(
    ConnectionTable table,
    GatewayIdentity identity,
    IPresenceWriter presence,
    PresenceKeeper keeper,
    SignalOutbox signals,
    Roster roster,
    OnlineElsewhere elsewhere,
    StatusCache statuses,
    TimeProvider time,
    ILogger<PresenceNews> log)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);

    /// <summary>A session has logged in and the registry knows it.</summary>
    public async ValueTask ArrivedAsync(Session session, CancellationToken cancellationToken)
    {
        statuses.Forget(session.User);
        signals.Send(About(session.User, SignalKind.PresenceChanged));
        if (session.Class == DeviceClass.Pc)
        {
            PcCame(session.User);
            return;
        }

        // Asked after this session was added: a PC that comes later tells every phone it finds, this one included.
        var present = await FindAsync(session.User, cancellationToken);
        if (present.Any(entry => entry.Client.ClassOf() == DeviceClass.Pc))
            TellPhones(session.User, UserStatType.Online);
    }

    /// <summary>A session is over, whether or not its login was complete; takes it from the registry.</summary>
    public async ValueTask DepartedAsync(Session session)
    {
        using var deadline = new CancellationTokenSource(Deadline, time);
        await RemoveAsync(session, deadline.Token);
        statuses.Forget(session.User);
        signals.Send(About(session.User, SignalKind.PresenceChanged));
        if (!session.HasLoggedIn || session.Class != DeviceClass.Pc)
            return;

        var rest = await FindAsync(session.User, deadline.Token);
        if (rest.Any(entry => entry.Client.ClassOf() == DeviceClass.Pc))
            return;
        roster.Tell(session.User, UserStatType.Offline);
        signals.Send(About(session.User, SignalKind.UserStatus, UserStatType.Offline));
        if (rest.Count > 0)
        {
            TellPhones(session.User, UserStatType.Offline);
            signals.Send(About(session.User, SignalKind.PcLogin, UserStatType.Offline));
        }
    }

    /// <summary>Acts on another gateway's news that a user is online or offline.</summary>
    public void HandleStatus(Signal signal)
    {
        var user = new UserId(signal.User);
        var status = (UserStatType)signal.Status;

        // Said by a gateway that lost the user's last PC while another was coming in here; the two signals may have crossed.
        if (status == UserStatType.Offline && HasPcHere(user))
        {
            PcCame(user);
            return;
        }

        if (status == UserStatType.Online)
            elsewhere.Online(user, new(signal.FromGateway, signal.FromIncarnation));
        else
            elsewhere.Offline(user);
        roster.Tell(user, status);
    }

    /// <summary>Acts on another gateway's news that the user's PC came or went.</summary>
    public void HandlePcLogin(Signal signal)
    {
        var user = new UserId(signal.User);
        if ((UserStatType)signal.Status == UserStatType.Online || !HasPcHere(user))
            TellPhones(user, (UserStatType)signal.Status);
    }

    private static Signal About(UserId user, SignalKind kind) => new() { Kind = kind, User = user.Value };

    private static Signal About(UserId user, SignalKind kind, UserStatType status) =>
        new() { Kind = kind, User = user.Value, Status = (uint)status };

    private void PcCame(UserId user)
    {
        roster.Tell(user, UserStatType.Online);
        TellPhones(user, UserStatType.Online);
        signals.Send(About(user, SignalKind.UserStatus, UserStatType.Online));
        signals.Send(About(user, SignalKind.PcLogin, UserStatType.Online));
    }

    private void TellPhones(UserId user, UserStatType pc) => PhoneNotice.Tell(table, user, pc);

    private bool HasPcHere(UserId user)
    {
        foreach (var session in table.SessionsOf(user))
        {
            if (session.Class == DeviceClass.Pc)
                return true;
        }

        return false;
    }

    private async ValueTask RemoveAsync(Session session, CancellationToken cancellationToken)
    {
        var entry = identity.EntryOf(session);
        try
        {
            await presence.RemoveAsync(entry, cancellationToken);
        }
        catch (Exception exception) when (exception is DependencyUnavailableException or OperationCanceledException)
        {
            // Our lease goes on, so the entry would count for as long as we live.
            log.PresenceNotRemoved(exception, session.Id);
            keeper.RemoveLater(entry);
        }
    }

    private async ValueTask<IReadOnlyList<PresenceEntry>> FindAsync(UserId user, CancellationToken cancellationToken)
    {
        try
        {
            return (await presence.FindAsync([user], cancellationToken))[0];
        }
        catch (Exception exception) when (exception is DependencyUnavailableException || IsTimeout(exception, cancellationToken))
        {
            // Too few are better than none: should another gateway know of a PC, it corrects us when it hears our signal.
            log.PresenceNotRead(exception, user);
            return [.. table.ClaimsOf(user).Where(session => session.IsLoggedIn).Select(identity.EntryOf)];
        }
    }

    private static bool IsTimeout(Exception exception, CancellationToken cancellationToken) =>
        exception is OperationCanceledException && cancellationToken.IsCancellationRequested;
}
