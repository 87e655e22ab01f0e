using System.Net;
using BrokerIm.Cql.Cluster;

namespace BrokerIm.Cql.Tests.Cluster;

/// <summary>Nodes to build rings of.</summary>
internal static class Rings
{
    public static NodeRow Node(string rack, params long[] tokens) => In("dc1", rack, tokens);

    public static NodeRow In(string datacenter, string rack, params long[] tokens) =>
        new(new(IPAddress.Loopback, 9042), Guid.NewGuid(), datacenter, rack, "4.0", tokens, SchemaVersion: null);

    public static CqlReplication Simple(int factor) => new(
        "SimpleStrategy", new Dictionary<string, string> { ["replication_factor"] = $"{factor}" });

    public static CqlReplication PerDatacenter(params (string Datacenter, int Factor)[] factors) => new(
        "NetworkTopologyStrategy", factors.ToDictionary(each => each.Datacenter, each => $"{each.Factor}"));
}
