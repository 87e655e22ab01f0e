using System.Globalization;
using System.Text.Json;

namespace BrokerIm.Cql;

/// <summary>How a keyspace is replicated.</summary>
/// <param name="Strategy">Its strategy without package: SimpleStrategy, NetworkTopologyStrategy, LocalStrategy …</param>
/// <param name="Options">What the strategy is told: <c>replication_factor</c>, or a factor for each datacenter.</param>
public sealed record CqlReplication(string Strategy, IReadOnlyDictionary<string, string> Options)
{
    private const string Class = "class";

    /// <summary>Replicas of SimpleStrategy; 0 where it does not say.</summary>
    internal int Factor => FactorOf("replication_factor");

    /// <summary>Replicas in a datacenter under NetworkTopologyStrategy; 0 where it does not say.</summary>
    internal int FactorOf(string datacenter) =>
        Options.TryGetValue(datacenter, out var text) && TryParseFactor(text, out var factor) ? factor : 0;

    /// <summary>From <c>system_schema.keyspaces</c> (Cassandra 3 and later): one map, the class among the options.</summary>
    internal static CqlReplication Of(IReadOnlyDictionary<string, string> replication) => new(
        WithoutPackage(replication.GetValueOrDefault(Class, "")),
        replication.Where(pair => pair.Key != Class).ToDictionary(pair => pair.Key, pair => pair.Value));

    /// <summary>From <c>system.schema_keyspaces</c> (Cassandra 2): class and options as JSON.</summary>
    /// <exception cref="CqlProtocolException">It is no JSON object of strings.</exception>
    internal static CqlReplication Of(string strategyClass, string optionsJson)
    {
        try
        {
            return new(WithoutPackage(strategyClass), JsonSerializer.Deserialize<Dictionary<string, string>>(optionsJson) ?? []);
        }
        catch (JsonException)
        {
            throw new CqlProtocolException($"'{optionsJson}' cannot be the options of a replication strategy.");
        }
    }

    private static string WithoutPackage(string name) => name[(name.LastIndexOf('.') + 1)..];

    // "3/1" means three replicas, one of them transient (Cassandra 4).
    private static bool TryParseFactor(string text, out int factor) =>
        int.TryParse(text.AsSpan(0, text.IndexOf('/') is var slash and >= 0 ? slash : text.Length),
            NumberStyles.None, CultureInfo.InvariantCulture, out factor);
}
