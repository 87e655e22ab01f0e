namespace BrokerIm.Sbom;

/// <summary>What the licences of the shipped packages are, for people.</summary>
internal static class LicenceList
{
    /// <summary>Packages whose description names an address instead of an expression, and what stands there.</summary>
    private static readonly Dictionary<string, string> s_read = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Confluent.Kafka"] = "Apache-2.0",
        ["K4os.Compression.LZ4"] = "MIT",
        ["SourceGear.sqlite3"] = "blessing",
        ["StackExchange.Redis"] = "MIT",
    };

    /// <summary>Licences under which a package may be shipped with ours: those that ask for a notice at most ("blessing" is SQLite's).</summary>
    public static IReadOnlySet<string> Allowed { get; } = new HashSet<string>
    {
        "Apache-2.0", "MIT", "blessing", "BSD-3-Clause", "MS-PL OR Apache-2.0", "Apache-2.0 OR MPL-2.0",
    };

    /// <summary>The licence of a package as an SPDX expression; NOASSERTION (SPDX) for one that nobody has looked at.</summary>
    public static string Of(Package package) => package.Licence ?? s_read.GetValueOrDefault(package.Name, "NOASSERTION");

    /// <summary>The list as a page.</summary>
    public static string Write(IReadOnlyList<Package> packages) => string.Join('\n',
    [
        "# Licences of what the server is shipped with",
        "",
        "Every package of others in a published server, straight or through another. A test keeps this page equal to what is restored and refuses",
        "licences that ask for more than a notice. The bill of materials (`bom.json`, CycloneDX) beside a published server says the same with hashes.",
        "",
        "| Package | Version | Licence |",
        "| --- | --- | --- |",
        .. packages.Select(static package => $"| {package.Name} | {package.Version} | {Of(package)} |"),
        "",
        "From the system, not shipped: librdkafka (BSD-2-Clause), unless the server is published with `-p:BundledLibrdkafka=true`.",
        "",
    ]);
}
