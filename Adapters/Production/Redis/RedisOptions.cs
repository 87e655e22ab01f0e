using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace BrokerIm.Adapters.Production.Redis;

/// <summary>The presence registry on Redis, from the <c>Redis</c> section.</summary>
public sealed class RedisOptions : IValidatableObject
{
    /// <summary>Section of the configuration.</summary>
    public const string Section = "Redis";

    /// <summary>
    /// Where Redis is, in the client's own notation: <c>host:port,host:port,password=...,ssl=true,defaultDatabase=0</c>. Defaults
    /// to localhost:6379.
    /// </summary>
    [Required]
    public string Configuration { get; set; } = "localhost:6379";

    /// <summary>First part of every key; installations that share a Redis differ in it. Defaults to none.</summary>
    [RegularExpression("[A-Za-z0-9:._-]{0,64}")]
    public string KeyPrefix { get; set; } = "";

    /// <summary>
    /// How long to wait for an answer. Deliveries do not need presence, but logins do, and when everybody comes at once an answer may
    /// lie unread for a second in a process that has its hands full. Defaults to 2 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.05", "00:00:10")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Age at which what a dead gateway left behind is dropped. A gateway announces its connections anew in half that time, so a
    /// long session outlives it. Defaults to 24 h.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:10", "30.00:00:00")]
    public TimeSpan EntryLifetime { get; set; } = TimeSpan.FromHours(24);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        string? problem = null;
        try
        {
            if (StackExchange.Redis.ConfigurationOptions.Parse(Configuration).EndPoints.Count == 0)
                problem = "it names no host";
        }
        catch (ArgumentException exception)
        {
            problem = exception.Message;
        }

        // The value may hold a password, so it is not repeated here.
        if (problem is not null)
            yield return new($"Redis:Configuration: expected host:port[,option=value ...]; {problem}.", [nameof(Configuration)]);
    }
}

[OptionsValidator]
internal sealed partial class RedisOptionsValidator : IValidateOptions<RedisOptions>;
