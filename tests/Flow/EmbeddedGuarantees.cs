namespace BrokerIm.Tests.Flow;

/// <summary>The guarantees on the embedded server.</summary>
[Collection(Installation.OneAtATime)]
public sealed class EmbeddedGuarantees(EmbeddedInstallation installation)
    : ChatGuarantees(installation), IClassFixture<EmbeddedInstallation>;

/// <summary>Everything in one process.</summary>
public sealed class EmbeddedInstallation : Installation
{
    public override IReadOnlyList<string> Members { get; } = ["embedded"];

    protected override IEnumerable<(string Key, string Value)> Settings() => StoreSettings();

    protected override IEnumerable<(string Key, string Value)> StoreSettings() => [("Embedded:DataDirectory", Folder)];
}
