using System.ComponentModel.DataAnnotations;
using BrokerIm.Core;

namespace BrokerIm.Gateway;

/// <content>What concerns messages on their way into the log, out to clients, and in answers about the past.</content>
public sealed partial class GatewayOptions
{
    /// <summary>
    /// How long one record is offered to the log before its messages get the outcome "unknown". Old clients give up after 6 s,
    /// new ones wait. Defaults to 30 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan PublishDeadline { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Entries that may wait for the log in one lane; there is a lane per partition. Then senders wait. Defaults to 16,384.</summary>
    [Range(Limits.MaxRecordEntries, 1 << 20)]
    public int LaneEntriesMax { get; set; } = 4 * Limits.MaxRecordEntries;

    /// <summary>Bytes that may wait for the log in one lane. Defaults to 4 MiB.</summary>
    [Range(Limits.MaxRecordBytes, 1 << 30)]
    public int LaneBytesMax { get; set; } = 8 * Limits.MaxRecordBytes;

    /// <summary>Entries of one connection that the log may not have confirmed yet; then its socket is not read. Defaults to 256.</summary>
    [Range(1, Limits.MaxRecordEntries)]
    public int InFlightPerConnection { get; set; } = 256;

    /// <summary>
    /// How late the answers of a partition may be before clients that understand it are told to come again later; others wait for
    /// their acks. 0 for never. Defaults to 5 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:05:00")]
    public TimeSpan BusyAfter { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>User ids of which it is remembered that they exist. Defaults to 100,000.</summary>
    [Range(100, 100_000_000)]
    public int KnownUsersMax { get; set; } = 100_000;

    /// <summary>How long a service may take over a client's question before the client gets no answer. Defaults to 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan QueryDeadline { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Connections at once for which missed messages are read from the store. Defaults to 32.</summary>
    [Range(1, 1_024)]
    public int RepairConcurrency { get; set; } = 32;

    /// <summary>
    /// Upper end of the random delay before all connections are checked after a loss, so that gateways do not ask the store all at
    /// once. Defaults to 5 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:10")]
    public TimeSpan SweepJitter { get; set; } = TimeSpan.FromSeconds(5);
}
