using System.Net;

namespace BrokerIm.Cql;

/// <summary>A node of the cluster, as the session saw it when it was asked.</summary>
/// <param name="EndPoint">Where it is asked.</param>
/// <param name="HostId">The id it keeps when its address changes.</param>
/// <param name="Datacenter">Its datacenter.</param>
/// <param name="Rack">Its rack.</param>
/// <param name="ReleaseVersion">Its version of Cassandra; empty if it did not say.</param>
/// <param name="OpenConnections">Connections to it. 0 also for a node that this session does not use, being in another datacenter.</param>
public sealed record CqlNode(
    IPEndPoint EndPoint, Guid HostId, string Datacenter, string Rack, string ReleaseVersion, int OpenConnections);
