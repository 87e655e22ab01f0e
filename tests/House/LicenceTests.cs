using System.Text.Json;
using BrokerIm.Sbom;

namespace BrokerIm.Tests.House;

/// <summary>Whatever of others is shipped with the server may be, and people can see what it is.</summary>
public sealed class LicenceTests
{
    private static readonly string s_page = Path.Combine(Repository.Root, "docs", "LICENCES.md");

    private static readonly IReadOnlyList<Package> s_packages =
        Packages.Read(Path.Combine(Repository.Root, "artifacts", "obj", "BrokerIm.Server", "project.assets.json"));

    public static TheoryData<string> Names => [.. s_packages.Select(static package => package.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_licence_asks_for_no_more_than_a_notice(string name)
    {
        var package = s_packages.Single(package => package.Name == name);

        Assert.True(
            LicenceList.Allowed.Contains(LicenceList.Of(package)),
            $"{name}: '{LicenceList.Of(package)}' ({package.LicenceAddress}). Read it, and allow it in infra/Sbom/LicenceList.cs or do without the package.");
    }

    [Fact]
    public void The_page_is_what_is_restored()
    {
        if (Environment.GetEnvironmentVariable("BROKERIM_UPDATE_SNAPSHOTS") == "1")
            File.WriteAllText(s_page, LicenceList.Write(s_packages));

        Assert.Equal(LicenceList.Write(s_packages), File.ReadAllText(s_page));
    }

    [Fact]
    public void The_bill_of_materials_names_every_package_with_its_hash_and_reaches_it_from_the_product()
    {
        using var bill = JsonDocument.Parse(CycloneDx.Write("brokerim", "1.2.3", s_packages));
        var root = bill.RootElement;
        var components = root.GetProperty("components").EnumerateArray().ToList();
        var needs = root.GetProperty("dependencies").EnumerateArray().ToDictionary(
            static one => one.GetProperty("ref").GetString()!,
            static one => one.GetProperty("dependsOn").EnumerateArray().Select(static need => need.GetString()!).ToList());

        Assert.Equal(("CycloneDX", "1.5"), (root.GetProperty("bomFormat").GetString(), root.GetProperty("specVersion").GetString()));
        Assert.Equal(s_packages.Select(static package => package.Url), components.Select(static one => one.GetProperty("purl").GetString()!));
        Assert.All(components, static one => Assert.Equal(128, one.GetProperty("hashes")[0].GetProperty("content").GetString()!.Length));

        var reached = new HashSet<string>();
        var open = new Stack<string>(["brokerim@1.2.3"]);
        while (open.TryPop(out var next))
        {
            if (reached.Add(next))
                needs[next].ForEach(open.Push);
        }

        Assert.Equal([.. s_packages.Select(static package => package.Url).Append("brokerim@1.2.3").Order()], reached.Order());
    }
}
