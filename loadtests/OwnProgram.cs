namespace BrokerIm.LoadTests;

/// <summary>The command line that starts this program again.</summary>
internal static class OwnProgram
{
    /// <summary>The program's file, or, where <c>dotnet FILE.dll</c> started it, that host and the file.</summary>
    public static IReadOnlyList<string> Command { get; } = CommandOf(Environment.ProcessPath!, Environment.GetCommandLineArgs()[0]);

    /// <param name="process">The file that runs.</param>
    /// <param name="program">The managed program in it, as it was named.</param>
    public static IReadOnlyList<string> CommandOf(string process, string program) =>
        Path.GetFileNameWithoutExtension(process) == "dotnet" ? [process, Path.GetFullPath(program)] : [process];
}
