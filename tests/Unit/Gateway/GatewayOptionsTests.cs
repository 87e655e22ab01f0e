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
        { nameof(GatewayOptions.FrameGrace), new() { FrameGrace = TimeSpan.Zero } },
        { nameof(GatewayOptions.FrameBytesPerSecond), new() { FrameBytesPerSecond = -1 } },
        { nameof(GatewayOptions.MaxListElements), new() { MaxListElements = 0 } },
        { nameof(GatewayOptions.MaxNesting), new() { MaxNesting = 100 } },
        { "Gateway:HttpPort is '8000'", new() { HttpPort = 8_000 } },
        { "Gateway:TlsPort is '8443'", new() { TlsPort = 8_443 } },
        { "Gateway:HttpsPort is '0'", new() { HttpsPort = 0 } },
        { nameof(GatewayOptions.HttpPort), new() { HttpPort = -2 } },
        { "Gateway:PublicAddresses is 'im.example'", new() { PublicAddresses = "im.example" } },
        { "Gateway:PublicAddresses is '0.0.0.0'", new() { PublicAddresses = "0.0.0.0" } },
        { nameof(GatewayOptions.PublicAddresses), new() { PublicAddresses = "192.0.2.1,192.0.2.2,192.0.2.3" } },
        { "Gateway:HttpUrl is 'https://im.example'", new() { HttpUrl = "https://im.example" } },
        { "Gateway:PictureUrl is 'ftp://im.example/'", new() { PictureUrl = "ftp://im.example/" } },
        { nameof(GatewayOptions.PictureUrl), new() { PictureUrl = $"https://im.example/{new string('p', 200)}/" } },
        { "Gateway:DiscoveryItems:0:Name is ''", new() { DiscoveryItems = { new() { Url = "https://wiki.example/" } } } },
        { "Gateway:DiscoveryItems:0:Url is 'wiki'", new() { DiscoveryItems = { new() { Name = "Wiki", Url = "wiki" } } } },
        { "Gateway:AllowedOrigins is 'chat.example'", new() { AllowedOrigins = "https://ok.example, chat.example" } },
        { "Gateway:AllowedOrigins is 'https://chat.example/'", new() { AllowedOrigins = "https://chat.example/" } },
    };

    private static Microsoft.Extensions.Options.ValidateOptionsResult Validate(GatewayOptions options) =>
        new GatewayOptionsValidator().Validate(null, options);
}
