using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace BrokerIm.Workers.Deliver;

/// <summary>Settings of the Deliver role, from the <c>Deliver</c> section.</summary>
public sealed class DeliverOptions
{
    /// <summary>Section of the configuration.</summary>
    public const string Section = "Deliver";

    /// <summary>How long a user's gateways are remembered. Gateways rely on two seconds at most. Defaults to 2 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:02")]
    public TimeSpan PresenceCacheLifetime { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Users remembered at most. Defaults to 200,000.</summary>
    [Range(1_000, 10_000_000)]
    public int PresenceCacheEntries { get; set; } = 200_000;

    /// <summary>
    /// Members from which on a group is large: its messages then go to every gateway once, which knows its members there, and no
    /// presence is asked for. Defaults to 2,000.
    /// </summary>
    [Range(2, 100_000)]
    public int LargeGroupMembers { get; set; } = 2_000;

    /// <summary>Members of groups remembered at most, over all groups; each takes about 60 bytes. Defaults to 2,000,000.</summary>
    [Range(1_000, 100_000_000)]
    public int GroupCacheMembers { get; set; } = 2_000_000;

    /// <summary>How often quiet chains are told how far they reach; a lost last message shows after this. Defaults to 2.5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:00:05")]
    public TimeSpan WatermarkInterval { get; set; } = TimeSpan.FromSeconds(2.5);
}

[OptionsValidator]
internal sealed partial class DeliverOptionsValidator : IValidateOptions<DeliverOptions>;
