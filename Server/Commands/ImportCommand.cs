using System.CommandLine;

namespace BrokerIm.Server.Commands;

/// <summary><c>brokerim import</c>: data of other servers.</summary>
internal static class ImportCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create() =>
        new("import", "Takes over the data of another server. Exit codes: 0 done, 1 something failed, 2 wrong usage.")
        {
            ImportTeamTalkCommand.Create(),
        };
}
