namespace BrokerIm.Faults.Processes;

/// <summary>Where the scripts and the server are: the repository that this program was built in.</summary>
internal static class Repository
{
    /// <summary>Its root.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The server, built beside this program in the same configuration.</summary>
    public static string Server { get; } = Path.Combine(
        Root, "artifacts", "bin", "BrokerIm.Server", new DirectoryInfo(AppContext.BaseDirectory).Name, "brokerim.dll");

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "BrokerIm.sln")))
                return folder.FullName;
        }

        throw new InvalidOperationException($"{AppContext.BaseDirectory} is in no repository.");
    }
}
