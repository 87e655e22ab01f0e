using System.Text.Json;
using System.Text.Json.Nodes;

namespace BrokerIm.Sbom;

/// <summary>The software bill of materials in the format CycloneDX 1.5 (ECMA-424).</summary>
/// <remarks>Equal packages give equal bytes: no time and no serial number, both of which the format leaves optional.</remarks>
internal static class CycloneDx
{
    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true };

    /// <summary>Writes the document for the product in this version.</summary>
    public static string Write(string product, string version, IReadOnlyList<Package> packages)
    {
        var own = $"{product}@{version}";
        var needed = packages.SelectMany(static package => package.Needs).ToHashSet();
        var document = new JsonObject
        {
            ["bomFormat"] = "CycloneDX",
            ["specVersion"] = "1.5",
            ["version"] = 1,
            ["metadata"] = new JsonObject
            {
                ["component"] = new JsonObject { ["type"] = "application", ["bom-ref"] = own, ["name"] = product, ["version"] = version },
            },
            ["components"] = new JsonArray([.. packages.Select(Component)]),
            ["dependencies"] = new JsonArray(
            [
                Needs(own, packages.Where(package => !needed.Contains((package.Name, package.Version))).Select(static package => package.Url)),
                .. packages.Select(static package => Needs(package.Url, package.Needs.Select(static need => Package.UrlOf(need.Name, need.Version)))),
            ]),
        };
        return document.ToJsonString(s_indented) + "\n";
    }

    private static JsonObject Component(Package package) => new()
    {
        ["type"] = "library",
        ["bom-ref"] = package.Url,
        ["name"] = package.Name,
        ["version"] = package.Version,
        ["purl"] = package.Url,
        ["hashes"] = new JsonArray(new JsonObject { ["alg"] = "SHA-512", ["content"] = package.Sha512 }),
        ["licenses"] = new JsonArray(new JsonObject { ["expression"] = LicenceList.Of(package) }),
    };

    private static JsonObject Needs(string who, IEnumerable<string> whom) => new()
    {
        ["ref"] = who,
        ["dependsOn"] = new JsonArray([.. whom.Select(static one => (JsonNode)one)]),
    };
}
