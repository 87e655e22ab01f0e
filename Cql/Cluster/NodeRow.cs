using System.Net;

namespace BrokerIm.Cql.Cluster;

/// <summary>What the cluster says about one of its nodes.</summary>
/// <param name="EndPoint">Where clients are to ask it.</param>
/// <param name="HostId">The id it keeps when its address changes.</param>
/// <param name="Datacenter">Its datacenter.</param>
/// <param name="Rack">Its rack.</param>
/// <param name="ReleaseVersion">Its version; empty if not known.</param>
/// <param name="Tokens">Where on the ring its ranges end; empty for another partitioner than Murmur3.</param>
/// <param name="SchemaVersion">The schema it has; null if not known.</param>
internal sealed record NodeRow(
    IPEndPoint EndPoint,
    Guid HostId,
    string Datacenter,
    string Rack,
    string ReleaseVersion,
    IReadOnlyList<long> Tokens,
    Guid? SchemaVersion);
