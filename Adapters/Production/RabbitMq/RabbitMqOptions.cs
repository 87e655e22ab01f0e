using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace BrokerIm.Adapters.Production.RabbitMq;

/// <summary>The delivery bus on RabbitMQ, from the <c>RabbitMq</c> section.</summary>
public sealed class RabbitMqOptions : IValidatableObject
{
    /// <summary>Section of the configuration.</summary>
    public const string Section = "RabbitMq";

    /// <summary>
    /// <c>amqp://user:password@host:port/virtual-host</c>, or <c>amqps</c> for TLS. The user <c>guest</c>, whom everybody knows, is
    /// refused beyond this machine. Defaults to amqp://guest:guest@localhost:5672/.
    /// </summary>
    [Required]
    public string Uri { get; set; } = "amqp://guest:guest@localhost:5672/";

    /// <summary>First part of the exchanges' names; installations that share a virtual host differ in it. Defaults to brokerim.</summary>
    [Required]
    [RegularExpression("[A-Za-z0-9._-]{1,64}")]
    public string Prefix { get; set; } = "brokerim";

    /// <summary>How long a sender waits for the broker's confirmation before it gives the batch up. Defaults to 1 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.05", "00:00:30")]
    public TimeSpan ConfirmTimeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a gateway waits for its queue to open before it says that it cannot. Defaults to 15 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan OpenTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Age at which the broker drops what a gateway did not fetch; its clients have synchronised by then. Defaults to 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan QueueTimeToLive { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Bus messages that may wait for one gateway; beyond it the broker drops the oldest. Defaults to 50,000.</summary>
    [Range(1, 10_000_000)]
    public int QueueLength { get; set; } = 50_000;

    /// <summary>Bus messages on their way to a gateway ahead of the one it works on. Defaults to 16.</summary>
    [Range(1, 1_000)]
    public int Prefetch { get; set; } = 16;

    /// <summary>Silence after which either side takes the connection for dead. Defaults to 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan Heartbeat { get; set; } = TimeSpan.FromSeconds(10);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!System.Uri.TryCreate(Uri, UriKind.Absolute, out var uri) || uri.Scheme is not ("amqp" or "amqps"))
            yield return new("RabbitMq:Uri: expected amqp://user:password@host:port/ or amqps://...", [nameof(Uri)]);
        else if (!uri.IsLoopback && uri.UserInfo.Split(':')[0] is "" or "guest")
            yield return new($"RabbitMq:Uri: the user guest is refused for {uri.Host}; name another.", [nameof(Uri)]);
    }
}

[OptionsValidator]
internal sealed partial class RabbitMqOptionsValidator : IValidateOptions<RabbitMqOptions>;
