using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using BrokerIm.Gateway.Commands;
using BrokerIm.Gateway.Presence;
using BrokerIm.Gateway.Sessions;
using Microsoft.Extensions.Options;

namespace BrokerIm.Gateway.Login;

/// <summary>Makes a connection the session of a user.</summary>
/// <remarks>
/// Order is the point. The session is claimed before the registry knows it, so a kick from another gateway, which follows from
/// the registry, finds it. The registry knows it before the client hears of the login, so nothing sent from then on misses it.
/// The response comes before anything else on the connection (protocol chapter 02 section 2.2).
/// </remarks>
internal sealed class Arrivals(
    ConnectionTable table,
    GatewayIdentity identity,
    IPresenceWriter presence,
    Kicks kicks,
    PresenceNews news,
    IEnumerable<ISessionObserver> observers,
    IOptions<GatewayOptions> options,
    TimeProvider time)
{
    /// <summary>Enters the session for the user and answers the login.</summary>
    /// <exception cref="DependencyUnavailableException">The registry does not answer. Nothing was sent; the session is nobody's.</exception>
    public async ValueTask EnterAsync(
        Session session,
        UserId user,
        ClientType client,
        ushort sequence,
        IMLoginRes response,
        CancellationToken cancellationToken)
    {
        session.BeginLogin(user, client, await LoginTimeAsync(user, client.ClassOf(), cancellationToken));
        table.Claim(session);
        session.UserRate = RateOf(session);
        try
        {
            session.MayBePresent = true;
            await presence.AddAsync([identity.EntryOf(session)], cancellationToken);
        }
        catch (DependencyUnavailableException)
        {
            table.Release(session);
            throw;
        }

        if (!session.CompleteLogin(sequence, response))
            return;
        kicks.SettleRivals(session);
        await news.ArrivedAsync(session, cancellationToken);
        foreach (var observer in observers)
            await observer.LoggedInAsync(session, cancellationToken);
    }

    // Shared with the sessions the user has here already.
    private MessageRate? RateOf(Session session) =>
        table.ClaimsOf(session.User).Where(other => other != session).Select(static other => other.UserRate).FirstOrDefault(
            static rate => rate is not null)
        ?? MessageRate.OrNull(options.Value.UserMessageRate, time);

    // Later than whatever the user has of this class, even if the clock of the gateway that holds it is ahead of ours.
    private async ValueTask<long> LoginTimeAsync(UserId user, DeviceClass device, CancellationToken cancellationToken)
    {
        var present = (await presence.FindAsync([user], cancellationToken))[0];
        return present
            .Where(entry => entry.Client.ClassOf() == device)
            .Select(entry => entry.LoginTimeMs + 1)
            .Append(time.GetUtcNow().ToUnixTimeMilliseconds())
            .Max();
    }
}
