using System.CommandLine;
using BrokerIm.Faults.Cells;
using BrokerIm.Faults.Reporting;

namespace BrokerIm.Faults;

/// <summary><c>run</c>: runs cells and writes a report.</summary>
internal static class RunCommand
{
    private static readonly Option<string?> s_cells = new("--cells") { Description = "Names of cells, with commas between them; all, if none are given." };

    private static readonly Option<int?> s_subset = new("--subset") { Description = "Runs only so many of them, chosen by the seed." };

    private static readonly Option<int?> s_seed = new("--seed") { Description = "Decides the workload and the subset; the number of the day, if none is given." };

    private static readonly Option<DirectoryInfo> s_folder = new("--data")
    {
        Description = "Folder for data, logs, histories and the report.", DefaultValueFactory = _ => new("artifacts/faults"),
    };

    private static readonly Option<bool> s_list = new("--list") { Description = "Lists the cells and does nothing." };

    public static Command Create()
    {
        var command = new Command(
            "run",
            "Runs cells - a component and a fault each - on services and processes of their own, and writes report.md and report.json. "
            + "Exit codes: 0 all well, 1 a cell failed, 2 the arguments make no sense.")
        {
            s_cells, s_subset, s_seed, s_folder, s_list,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var seed = arguments.GetValue(s_seed) ?? CellChoice.Today;
        IReadOnlyList<Cell> cells;
        try
        {
            cells = CellChoice.Of(arguments.GetValue(s_cells), arguments.GetValue(s_subset), seed);
        }
        catch (ArgumentException exception)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return 2;
        }

        if (arguments.GetValue(s_list))
        {
            foreach (var cell in cells)
                Console.WriteLine(cell);
            return 0;
        }

        var folder = arguments.GetRequiredValue(s_folder).FullName;
        Directory.CreateDirectory(folder);
        var results = new List<CellResult>();
        await using (var sequence = new CellSequence(folder, new(), new(), Console.Out))
        {
            foreach (var cell in cells)
            {
                results.Add(await sequence.RunAsync(cell, seed, cancellationToken));
                await FaultReport.WriteAsync(folder, results, cancellationToken);
            }
        }

        Console.WriteLine($"Seed {seed}; the report is {Path.Combine(folder, "report.md")}.");
        return results.TrueForAll(static result => result.Holds) ? 0 : 1;
    }
}
