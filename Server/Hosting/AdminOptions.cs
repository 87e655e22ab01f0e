using System.ComponentModel.DataAnnotations;
using System.Net;
using Microsoft.Extensions.Options;

namespace BrokerIm.Server.Hosting;

/// <summary>Settings of the operator's listener, from the <c>Admin</c> section.</summary>
public sealed class AdminOptions : IValidatableObject
{
    /// <summary>Section of the configuration.</summary>
    public const string Section = "Admin";

    /// <summary>
    /// Address and port of <c>/live</c>, <c>/ready</c> and <c>/metrics</c>; port 0 takes a free one. Not for the public. Defaults to
    /// 127.0.0.1:8090.
    /// </summary>
    [Required]
    public string Address { get; set; } = "127.0.0.1:8090";

    /// <summary>The address, parsed.</summary>
    internal IPEndPoint EndPoint => IPEndPoint.Parse(Address);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!IPEndPoint.TryParse(Address, out _))
            yield return new($"Admin:Address = '{Address}': expected IP:PORT, such as 127.0.0.1:8090.", [nameof(Address)]);
    }
}

[OptionsValidator]
internal sealed partial class AdminOptionsValidator : IValidateOptions<AdminOptions>;
