using System.CommandLine;
using BrokerIm.Faults.Checking;

namespace BrokerIm.Faults;

/// <summary><c>check</c>: judges histories that were recorded before.</summary>
internal static class CheckCommand
{
    public static Command Create()
    {
        var folder = new Argument<DirectoryInfo>("DIR") { Description = "Folder with the histories of a run." };
        var command = new Command("check", "Judges recorded histories. Exit codes: 0 all well, 1 violation, 2 no histories.") { folder };
        command.SetAction((arguments, cancellationToken) =>
            RunAsync(arguments.GetRequiredValue(folder), Console.Out, Console.Error, cancellationToken));
        return command;
    }

    internal static async Task<int> RunAsync(
        DirectoryInfo folder, TextWriter output, TextWriter errors, CancellationToken cancellationToken)
    {
        try
        {
            var verdict = await Checker.JudgeFolderAsync(folder.FullName, cancellationToken);
            foreach (var violation in verdict.Violations)
                await output.WriteLineAsync($"{violation}");
            foreach (var rule in Rule.All)
                await output.WriteLineAsync($"{rule.Name,-4} {verdict.Of(rule),-13} {rule.Promise}");
            return verdict.Holds ? 0 : 1;
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException)
        {
            await errors.WriteLineAsync(exception.Message);
            return 2;
        }
    }
}
