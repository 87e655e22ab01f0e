using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using RedisKey = StackExchange.Redis.RedisKey;

namespace BrokerIm.Adapters.Production.Redis;

/// <summary>
/// How presence is written down: per user a hash with a field for each connection, per gateway a lease, and the set of gateways
/// there have been, with what each offers.
/// </summary>
internal readonly struct PresenceKeys(string prefix)
{
    /// <summary>Ids of gateways that may have a lease.</summary>
    public RedisKey Gateways => $"{prefix}gateways";

    /// <summary>Holds the incarnation that counts and which time it took the lease, <c>hex:number</c>; expires with the lease.</summary>
    public RedisKey Lease(string gatewayId) => $"{prefix}gateway:{gatewayId}";

    /// <summary>What the gateway offers to clients; expires by itself.</summary>
    public RedisKey Offer(string gatewayId) => $"{prefix}offer:{gatewayId}";

    /// <summary>The user's connections.</summary>
    public RedisKey User(UserId user) => $"{prefix}presence:{user}";

    /// <summary>As it stands in a lease, in 16 digits.</summary>
    public static string Incarnation(GatewayAddress gateway) => gateway.Incarnation.ToString("x16", CultureInfo.InvariantCulture);

    /// <summary>The incarnation that has a lease.</summary>
    public static string HolderOf(string lease) => lease[..lease.IndexOf(':', StringComparison.Ordinal)];

    /// <summary>The connection is the field's name, so no other connection can be meant by it.</summary>
    public static string Field(PresenceEntry entry) => $"{entry.Gateway}/{entry.Connection:x}";

    /// <param name="entry">What is known of the connection.</param>
    /// <param name="announcement">Number of the announcement; makes what is announced again differ from what it replaces.</param>
    public static string Value(PresenceEntry entry, long announcement) =>
        string.Create(CultureInfo.InvariantCulture, $"{(int)entry.Client}:{entry.LoginTimeMs}:{announcement}");

    /// <summary>Reads a field and its value back; false for what this build did not write.</summary>
    public static bool TryRead(UserId user, string field, string value, [NotNullWhen(true)] out PresenceEntry? entry)
    {
        entry = null;
        var slash = field.LastIndexOf('/');
        var dot = field.LastIndexOf('.');
        var facts = value.Split(':');
        if (dot < 1
            || slash < dot
            || facts.Length != 3
            || !TryReadHex(field.AsSpan(dot + 1, slash - dot - 1), out var incarnation)
            || !TryReadHex(field.AsSpan(slash + 1), out var connection)
            || !int.TryParse(facts[0], CultureInfo.InvariantCulture, out var client)
            || !long.TryParse(facts[1], CultureInfo.InvariantCulture, out var loginTimeMs))
            return false;

        entry = new(user, new(field[..dot], incarnation), connection, (ClientType)client, loginTimeMs);
        return true;
    }

    private static bool TryReadHex(ReadOnlySpan<char> digits, out ulong value) =>
        ulong.TryParse(digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out value);
}
