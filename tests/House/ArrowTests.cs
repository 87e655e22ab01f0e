using System.Xml.Linq;

namespace BrokerIm.Tests.House;

/// <summary>Reads the project files: arrows point one way, and vendors stay in the adapters.</summary>
public sealed class ArrowTests
{
    /// <summary>What each project may name. A project that is not here is not part of the house yet.</summary>
    private static readonly Dictionary<string, string[]> s_arrows = new()
    {
        ["BrokerIm.Contracts"] = [],
        ["BrokerIm.Core"] = ["BrokerIm.Contracts"],
        ["BrokerIm.Cql"] = [],
        ["BrokerIm.Cql.Tests"] = ["BrokerIm.Cql"],
        ["BrokerIm.Gateway"] = ["BrokerIm.Contracts", "BrokerIm.Core"],
        ["BrokerIm.Workers.Persist"] = ["BrokerIm.Contracts", "BrokerIm.Core"],
        ["BrokerIm.Workers.Deliver"] = ["BrokerIm.Contracts", "BrokerIm.Core"],
        ["BrokerIm.Adapters.Bus"] = ["BrokerIm.Contracts", "BrokerIm.Core"],
        ["BrokerIm.Adapters.Embedded"] = ["BrokerIm.Contracts", "BrokerIm.Core", "BrokerIm.Adapters.Bus"],
        ["BrokerIm.Adapters.Production"] = ["BrokerIm.Contracts", "BrokerIm.Core", "BrokerIm.Cql", "BrokerIm.Adapters.Bus"],
        ["BrokerIm.Client"] = ["BrokerIm.Contracts"],
        ["BrokerIm.Import"] = ["BrokerIm.Contracts", "BrokerIm.Core"],
        ["BrokerIm.Faults"] = ["BrokerIm.Contracts", "BrokerIm.Client"],
        ["BrokerIm.Simulation"] =
            ["BrokerIm.Contracts", "BrokerIm.Core", "BrokerIm.Gateway", "BrokerIm.Workers.Persist", "BrokerIm.Workers.Deliver"],
        ["BrokerIm.Sbom"] = [],
        ["BrokerIm.LoadTests"] = ["BrokerIm.Contracts", "BrokerIm.Client", "BrokerIm.Core", "BrokerIm.Cql", "BrokerIm.Gateway"],
        ["BrokerIm.MicroBenchmarks"] =
        [
            "BrokerIm.Contracts", "BrokerIm.Core", "BrokerIm.Cql", "BrokerIm.Gateway", "BrokerIm.Workers.Persist", "BrokerIm.Workers.Deliver",
        ],
        ["BrokerIm.Server"] =
        [
            "BrokerIm.Contracts", "BrokerIm.Core", "BrokerIm.Gateway", "BrokerIm.Workers.Persist", "BrokerIm.Workers.Deliver",
            "BrokerIm.Adapters.Embedded", "BrokerIm.Adapters.Production", "BrokerIm.Client", "BrokerIm.Import", "BrokerIm.Sbom",
        ],
    };

    /// <summary>Packages that only adapters may name, and the import what it reads from.</summary>
    private static readonly string[] s_vendors =
        ["Confluent.", "MassTransit", "RabbitMQ.", "StackExchange.", "Microsoft.Data.Sqlite", "SQLitePCLRaw.", "MySqlConnector"];

    public static TheoryData<string> Projects => [.. ProjectFiles().Select(Path.GetFileNameWithoutExtension).OfType<string>()];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_names_only_what_the_architecture_allows(string project)
    {
        if (project == "BrokerIm.Tests")
            return;

        Assert.True(s_arrows.TryGetValue(project, out var allowed), $"{project} has no place in the house; add it to the architecture.");
        var named = Named(project, "ProjectReference").Select(Path.GetFileNameWithoutExtension);
        Assert.Empty(named.Except(allowed));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Only_adapters_name_vendors(string project)
    {
        if (project.StartsWith("BrokerIm.Adapters.", StringComparison.Ordinal))
            return;

        var vendors = Named(project, "PackageReference").Where(
            package => s_vendors.Any(vendor => package.StartsWith(vendor, StringComparison.Ordinal)));
        string[] allowed = project is "BrokerIm.Import" or "BrokerIm.Tests" ? ["MySqlConnector"] : [];
        Assert.Empty(vendors.Except(allowed));
    }

    [Fact]
    public void Transitive_references_are_off_so_that_the_project_files_tell_the_truth()
    {
        var settings = File.ReadAllText(Path.Combine(Repository.Root, "Directory.Build.props"));
        Assert.Contains("<DisableTransitiveProjectReferences>true</DisableTransitiveProjectReferences>", settings, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        var solution = File.ReadAllText(Path.Combine(Repository.Root, "BrokerIm.sln"));
        Assert.All(ProjectFiles(), file => Assert.Contains(Path.GetFileName(file), solution, StringComparison.Ordinal));
    }

    private static IEnumerable<string> Named(string project, string element)
    {
        var file = ProjectFiles().Single(path => Path.GetFileNameWithoutExtension(path) == project);
        return XDocument.Load(file).Descendants(element)
            .Select(reference => reference.Attribute("Include")?.Value.Replace('\\', '/'))
            .OfType<string>();
    }

    private static IEnumerable<string> ProjectFiles() => Directory
        .EnumerateFiles(Repository.Root, "*.csproj", SearchOption.AllDirectories)
        .Where(path => !Path.GetRelativePath(Repository.Root, path).StartsWith("artifacts", StringComparison.Ordinal));
}
