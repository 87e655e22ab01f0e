using System.Net;
using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Values;

namespace BrokerIm.Core.Ports;

/// <summary>Reading hand of the presence registry. Everything in it can be rebuilt; losing it loses no message.</summary>
public interface IPresenceReader
{
    /// <summary>
    /// Live connections of each user, same order as asked. A connection counts only while its gateway's lease lives and names the
    /// same incarnation.
    /// </summary>
    /// <exception cref="DependencyUnavailableException">No answer in time.</exception>
    ValueTask<IReadOnlyList<IReadOnlyList<PresenceEntry>>> FindAsync(
        IReadOnlyList<UserId> users, CancellationToken cancellationToken);

    /// <summary>Gateways with a live lease.</summary>
    ValueTask<IReadOnlyList<GatewayAddress>> GatewaysAsync(CancellationToken cancellationToken);

    /// <summary>What gateways with a live lease offer to clients; one that has offered nothing yet, or not for long, is left out.</summary>
    /// <exception cref="DependencyUnavailableException">No answer in time.</exception>
    ValueTask<IReadOnlyDictionary<GatewayAddress, GatewayOffer>> OffersAsync(CancellationToken cancellationToken);
}

/// <summary>Writing hand of the presence registry; each gateway writes its own connections.</summary>
public interface IPresenceWriter : IPresenceReader
{
    /// <summary>Takes or renews this gateway's lease; one key, however many connections.</summary>
    /// <returns>A value that changes when the registry has lost its content: announce every connection again then.</returns>
    /// <exception cref="DependencyUnavailableException">
    /// No answer in time, or a later incarnation has the lease: nobody finds the connections of this one.
    /// </exception>
    ValueTask<string> RenewAsync(GatewayAddress gateway, TimeSpan lease, CancellationToken cancellationToken);

    /// <summary>
    /// Says what this gateway offers to clients, until the next time or until <paramref name="lifetime"/> is over. It counts only
    /// while the gateway's lease lives; what a former incarnation offered counts no more.
    /// </summary>
    ValueTask OfferAsync(GatewayAddress gateway, GatewayOffer offer, TimeSpan lifetime, CancellationToken cancellationToken);

    /// <summary>Gives the lease up: everything of this incarnation stops counting at once.</summary>
    ValueTask RetireAsync(GatewayAddress gateway, CancellationToken cancellationToken);

    /// <summary>Adds connections; repeating is harmless.</summary>
    ValueTask AddAsync(IReadOnlyList<PresenceEntry> entries, CancellationToken cancellationToken);

    /// <summary>Removes one connection; only the connection itself, never a newer one of the same user.</summary>
    ValueTask RemoveAsync(PresenceEntry entry, CancellationToken cancellationToken);
}

/// <summary>One logged-in connection.</summary>
/// <param name="User">Who.</param>
/// <param name="Gateway">Where.</param>
/// <param name="Connection">Number of the connection at that gateway, unique within the incarnation.</param>
/// <param name="Client">Client type; its class decides kicks and who counts as online.</param>
/// <param name="LoginTimeMs">When, in Unix milliseconds.</param>
public sealed record PresenceEntry(
    UserId User, GatewayAddress Gateway, ulong Connection, ClientType Client, long LoginTimeMs);

/// <summary>What a client, or whoever sends clients to a gateway, must know of it.</summary>
/// <param name="Addresses">Where clients reach it, the best first; one or two.</param>
/// <param name="Port">TCP port that goes with the addresses.</param>
/// <param name="Connections">Connections it has now.</param>
/// <param name="MaxConnections">Connections it takes at most.</param>
/// <param name="IsOpen">Whether it takes new clients: it is ready and does not stop.</param>
public sealed record GatewayOffer(IReadOnlyList<IPAddress> Addresses, int Port, int Connections, int MaxConnections, bool IsOpen)
{
    /// <summary>Equal offers say the same, whichever list holds the addresses.</summary>
    public bool Equals(GatewayOffer? other) => other is not null
        && (Port, Connections, MaxConnections, IsOpen) == (other.Port, other.Connections, other.MaxConnections, other.IsOpen)
        && Addresses.SequenceEqual(other.Addresses);

    public override int GetHashCode() => HashCode.Combine(Port, Connections, MaxConnections, IsOpen);
}
