using BrokerIm.Gateway;

namespace BrokerIm.Tests.Unit.Gateway;

public sealed class GatewayOptionsTests
{
    [Fact]
    public void Defaults_are_valid() => Assert.True(Validate(new()).Succeeded);

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void Mistake_is_named_by_its_key(string key, GatewayOptions options)
    {
        var result = Validate(options);

        Assert.True(result.Failed);
        Assert.Contains(key, result.FailureMessage);
    }

    public static TheoryData<string, GatewayOptions> Mistakes() => new()
    {
        { nameof(GatewayOptions.Id), new() { Id = "a.b" } },
        { nameof(GatewayOptions.Id), new() { Id = "" } },
        { nameof(GatewayOptions.Address), new() { Address = "gateway.example" } },
        { nameof(GatewayOptions.Port), new() { Port = 70_000 } },
        { nameof(GatewayOptions.MaxFrameBytes), new() { MaxFrameBytes = 1 << 24 } },
        { nameof(GatewayOptions.MaxFrameBytesBeforeLogin), new() { MaxFrameBytesBeforeLogin = 8_192, MaxFrameBytes = 4_096 } },
        { nameof(GatewayOptions.PresenceRenewal), new() { PresenceRenewal = TimeSpan.FromSeconds(30) } },
        { nameof(GatewayOptions.MessagesPerSecond), new() { MessagesPerSecond = -1 } },
        { nameof(GatewayOptions.PasswordWaitMax), new() { PasswordWaitMax = TimeSpan.FromMinutes(1) } },
        { nameof(GatewayOptions.DrainWindow), new() { DrainWindow = TimeSpan.FromSeconds(-1) } },
    };

    private static Microsoft.Extensions.Options.ValidateOptionsResult Validate(GatewayOptions options) =>
        new GatewayOptionsValidator().Validate(null, options);
}
