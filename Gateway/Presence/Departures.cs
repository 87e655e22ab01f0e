using BrokerIm.Gateway.Sessions;

namespace BrokerIm.Gateway.Presence;

/// <summary>Ends what a connection was to its user, once it serves nobody any more.</summary>
internal sealed class Departures(ConnectionTable table, PresenceNews news, IEnumerable<ISessionObserver> observers)
{
    /// <summary>Takes the session out of everything; called once, after its last command.</summary>
    public async ValueTask LeaveAsync(Session session)
    {
        table.Release(session);
        if (session.HasLoggedIn)
        {
            foreach (var observer in observers)
                observer.Closed(session);
        }

        if (session.MayBePresent)
            await news.DepartedAsync(session);
    }
}
