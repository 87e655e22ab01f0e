namespace BrokerIm.Gateway.Sessions;

/// <summary>Hears about sessions. Every registered observer is called, in order of registration.</summary>
internal interface ISessionObserver
{
    /// <summary>
    /// The presence registry knows the session and its login response is written. The connection's next command waits for this,
    /// so what is read here comes before anything the client asks. A service that does not answer is not to be thrown from here.
    /// </summary>
    /// <param name="session">Logged in; may be kicked or closed meanwhile.</param>
    /// <param name="cancellationToken">Cancelled when the session ends.</param>
    ValueTask LoggedInAsync(Session session, CancellationToken cancellationToken);

    /// <summary>The session serves its user no more. Called once for each session that had logged in, never before
    /// <see cref="LoggedInAsync"/> has returned.</summary>
    void Closed(Session session);
}
