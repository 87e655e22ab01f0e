using System.Globalization;
using System.Text.Json;
using System.Xml.Linq;

namespace BrokerIm.Sbom;

/// <summary>The packages of one project, from what its restore wrote down (<c>project.assets.json</c>).</summary>
internal static class Packages
{
    private static readonly string[] s_kinds = ["runtime", "runtimeTargets", "native"];

    /// <summary>Reads the packages that bring something to run, by name. Those that only serve the build are not shipped.</summary>
    /// <param name="assetsFile">Path of the project's <c>project.assets.json</c>.</param>
    /// <exception cref="InvalidDataException">The file is not such a file, or a package is not in the package folder.</exception>
    public static IReadOnlyList<Package> Read(string assetsFile)
    {
        using var assets = JsonDocument.Parse(File.ReadAllBytes(assetsFile));
        var root = assets.RootElement;
        if (!root.TryGetProperty("targets", out var targets) || !root.TryGetProperty("libraries", out var libraries))
            throw new InvalidDataException($"{assetsFile}: neither targets nor libraries in it; restore the project first.");

        var folders = root.GetProperty("packageFolders").EnumerateObject().Select(static folder => folder.Name).ToList();
        var shipped = targets.EnumerateObject().First().Value.EnumerateObject().Where(static entry => IsShipped(entry.Value)).ToList();
        var versions = shipped.Select(static entry => Split(entry.Name)).ToDictionary(StringComparer.OrdinalIgnoreCase);

        return [.. shipped.Select(entry => Describe(entry, libraries.GetProperty(entry.Name), versions, folders))
            .OrderBy(static package => package.Name, StringComparer.OrdinalIgnoreCase)];
    }

    private static bool IsShipped(JsonElement entry) =>
        entry.GetProperty("type").GetString() == "package"
        && s_kinds.Any(kind => entry.TryGetProperty(kind, out var files)
            && files.EnumerateObject().Any(static file => !file.Name.EndsWith("/_._", StringComparison.Ordinal)));

    private static Package Describe(
        JsonProperty entry, JsonElement library, Dictionary<string, string> versions, List<string> folders)
    {
        var (name, version) = Split(entry.Name);
        var needs = entry.Value.TryGetProperty("dependencies", out var dependencies)
            ? dependencies.EnumerateObject().Where(one => versions.ContainsKey(one.Name))
                .Select(one => (one.Name, versions[one.Name])).Order().ToList()
            : [];
        var (licence, address) = Package.LicenceOf(Nuspec(library, folders));
        var hash = Convert.ToHexStringLower(Convert.FromBase64String(library.GetProperty("sha512").GetString()!));
        return new(name, version, hash, licence, address, needs);
    }

    private static XDocument Nuspec(JsonElement library, List<string> folders)
    {
        var path = library.GetProperty("path").GetString()!;
        var file = library.GetProperty("files").EnumerateArray().Select(static one => one.GetString()!)
            .First(static one => one.EndsWith(".nuspec", StringComparison.OrdinalIgnoreCase));
        var found = folders.Select(folder => Path.Combine(folder, path, file)).FirstOrDefault(File.Exists)
            ?? throw new InvalidDataException($"{path}: not in {string.Join(", ", folders)}; restore the project first.");
        return XDocument.Load(found);
    }

    private static KeyValuePair<string, string> Split(string nameAndVersion)
    {
        var slash = nameAndVersion.IndexOf('/', StringComparison.Ordinal);
        return slash > 0
            ? KeyValuePair.Create(nameAndVersion[..slash], nameAndVersion[(slash + 1)..])
            : throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"'{nameAndVersion}' is not a name and a version."));
    }
}
