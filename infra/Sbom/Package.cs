using System.Xml.Linq;

namespace BrokerIm.Sbom;

/// <summary>A package of others that the server is shipped with.</summary>
/// <param name="Name">As NuGet spells it.</param>
/// <param name="Version">Resolved version.</param>
/// <param name="Sha512">Of the package file, as the restore verified it; lower-case hexadecimal.</param>
/// <param name="Licence">SPDX expression; null where the package only names an address.</param>
/// <param name="LicenceAddress">Where its licence can be read; null where the expression says all.</param>
/// <param name="Needs">Packages it asks for, as name and version, of those that are shipped.</param>
internal sealed record Package(
    string Name, string Version, string Sha512, string? Licence, string? LicenceAddress, IReadOnlyList<(string Name, string Version)> Needs)
{
    /// <summary>Package URL (purl specification, type nuget).</summary>
    public string Url => UrlOf(Name, Version);

    /// <inheritdoc cref="Url"/>
    public static string UrlOf(string name, string version) => $"pkg:nuget/{Uri.EscapeDataString(name)}@{Uri.EscapeDataString(version)}";

    /// <summary>Reads the licence from the package's own description (nuspec).</summary>
    public static (string? Expression, string? Address) LicenceOf(XDocument nuspec)
    {
        var metadata = nuspec.Root?.Elements().FirstOrDefault(static element => element.Name.LocalName == "metadata");
        var licence = Child("license");
        var address = Child("licenseUrl")?.Value.Trim();
        return licence?.Attribute("type")?.Value == "expression" ? (licence.Value.Trim(), null) : (null, address);

        XElement? Child(string name) => metadata?.Elements().FirstOrDefault(element => element.Name.LocalName == name);
    }
}
