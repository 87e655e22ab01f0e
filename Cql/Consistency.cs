namespace BrokerIm.Cql;

/// <summary>How many replicas must answer (native protocol v4, section 3, "consistency").</summary>
public enum Consistency : ushort
{
    /// <summary>Any node at all; a hint counts as written. Writes only.</summary>
    Any = 0,

    /// <summary>One replica.</summary>
    One = 1,

    /// <summary>Two replicas.</summary>
    Two = 2,

    /// <summary>Three replicas.</summary>
    Three = 3,

    /// <summary>More than half of all replicas.</summary>
    Quorum = 4,

    /// <summary>All replicas.</summary>
    All = 5,

    /// <summary>More than half of the replicas of the coordinator's datacenter.</summary>
    LocalQuorum = 6,

    /// <summary>More than half of the replicas of each datacenter. Writes only.</summary>
    EachQuorum = 7,

    /// <summary>Consensus over all replicas, for lightweight transactions.</summary>
    Serial = 8,

    /// <summary>Consensus over the replicas of the coordinator's datacenter, for lightweight transactions.</summary>
    LocalSerial = 9,

    /// <summary>One replica of the coordinator's datacenter.</summary>
    LocalOne = 10,
}
