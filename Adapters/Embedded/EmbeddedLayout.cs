using BrokerIm.Core;

namespace BrokerIm.Adapters.Embedded;

/// <summary>Layout of the embedded logs: one process needs one partition, and its positions rise across restarts.</summary>
internal static class EmbeddedLayout
{
    /// <summary>The only partition.</summary>
    public const int Partition = 0;

    /// <summary>The only layout there has been.</summary>
    public static LogLayout Layout { get; } = new(Epoch: 1, Partitions: 1);
}
