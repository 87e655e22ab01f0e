using BrokerIm.Sbom;

// brokerim-sbom ASSETS OUTPUT VERSION: writes the bill of materials of a published server.
if (args is not [var assets, var output, var version])
{
    Console.Error.WriteLine("usage: brokerim-sbom PROJECT.ASSETS.JSON OUTPUT.JSON VERSION");
    return 2;
}

var packages = Packages.Read(assets);
File.WriteAllText(output, CycloneDx.Write("brokerim", version, packages));
Console.WriteLine($"{output}: {packages.Count} packages");
return 0;
