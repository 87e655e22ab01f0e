using System.Collections.Concurrent;
using BrokerIm.Core.Values;

namespace BrokerIm.Gateway.Sessions;

/// <summary>Which connections there are, and whose. Reads take no lock.</summary>
internal sealed class ConnectionTable
{
    private readonly ConcurrentDictionary<ulong, Session> _connections = new();
    private readonly ConcurrentDictionary<UserId, Session[]> _users = new();

    private ulong _lastId;

    /// <summary>Every connection, logged in or not, until its socket is gone.</summary>
    public IEnumerable<Session> All => _connections.Select(pair => pair.Value);

    /// <summary>Number of connections.</summary>
    public int Count => _connections.Count;

    /// <summary>Number of users with a session here.</summary>
    public int UserCount => _users.Count;

    /// <summary>The connection with this number, logged in or not.</summary>
    public Session? Find(ulong id) => _connections.GetValueOrDefault(id);

    /// <summary>The user's sessions that are logged in at this gateway.</summary>
    public SessionList SessionsOf(UserId user) => new(_users.GetValueOrDefault(user));

    /// <summary>The user's sessions, those still logging in included: what a kick has to look at.</summary>
    public IReadOnlyList<Session> ClaimsOf(UserId user) => _users.GetValueOrDefault(user, []);

    /// <summary>A number for a new connection, from 1.</summary>
    public ulong NextId() => Interlocked.Increment(ref _lastId);

    /// <summary>Takes a new connection in.</summary>
    public void Add(Session session) => _connections[session.Id] = session;

    /// <summary>Drops a connection whose socket is gone.</summary>
    public void Remove(Session session) => _connections.TryRemove(session.Id, out _);

    /// <summary>Puts the session among its user's; <see cref="Session.BeginLogin"/> came before.</summary>
    public void Claim(Session session) => _users.AddOrUpdate(
        session.User, static (_, added) => [added], static (_, present, added) => [.. present, added], session);

    /// <summary>Takes the session from among its user's; harmless when it is not there.</summary>
    public void Release(Session session)
    {
        while (_users.TryGetValue(session.User, out var present) && present.Contains(session))
        {
            Session[] rest = [.. present.Where(other => other != session)];
            if (rest.Length == 0
                    ? _users.TryRemove(KeyValuePair.Create(session.User, present))
                    : _users.TryUpdate(session.User, rest, present))
                return;
        }
    }
}
