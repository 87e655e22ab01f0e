namespace BrokerIm.Tests.House;

/// <summary>Where the sources are that the tests were built from.</summary>
internal static class Repository
{
    /// <summary>The folder of <c>BrokerIm.sln</c>.</summary>
    public static string Root { get; } = Find();

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "BrokerIm.sln")))
                return folder.FullName;
        }

        throw new InvalidOperationException($"No BrokerIm.sln above {AppContext.BaseDirectory}.");
    }
}
