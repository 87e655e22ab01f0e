using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace BrokerIm.Workers.Persist;

/// <summary>Settings of the Persist role, from the <c>Persist</c> section.</summary>
public sealed class PersistOptions
{
    /// <summary>Section of the configuration.</summary>
    public const string Section = "Persist";

    /// <summary>Conversations kept in memory; one costs about 300 bytes when idle, some 2 KB when fifteen messages may still be repeated. Defaults to 200,000.</summary>
    [Range(1_000, 50_000_000)]
    public int CachedConversations { get; set; } = 200_000;
}

[OptionsValidator]
internal sealed partial class PersistOptionsValidator : IValidateOptions<PersistOptions>;
