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
}

/// <summary>Writing hand of the presence registry; each gateway writes its own connections.</summary>
public interface IPresenceWriter : IPresenceReader
{
    /// <summary>Takes or renews this gateway's lease; one key, however many connections.</summary>
    /// <returns>A value that changes when the registry has lost its content: announce every connection again then.</returns>
    ValueTask<string> RenewAsync(GatewayAddress gateway, TimeSpan lease, CancellationToken cancellationToken);

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
