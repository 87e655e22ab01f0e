using System.CommandLine;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using BrokerIm.Core.Ports;
using BrokerIm.Server.Departments;
using Spectre.Console;

namespace BrokerIm.Server.Commands;

/// <summary><c>brokerim departments list</c>.</summary>
internal static class DepartmentsListCommand
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "A JSON array, for programs." };
        var everything = new Option<bool>("--all") { Description = "Deleted departments too." };
        var command = new Command("list", "Lists departments, parents before their children.") { json, everything };
        var access = DirectoryAccess.AddTo(command);
        command.SetAction((arguments, cancellationToken) => access.UseAsync(arguments, async directory =>
        {
            var tree = await DepartmentTree.ReadAsync(directory, cancellationToken);
            var shown = tree.InOrder().Where(one => !one.Department.Deleted || arguments.GetValue(everything));
            if (arguments.GetValue(json))
                PrintJson(shown.Select(static one => one.Department));
            else if (Console.IsOutputRedirected)
                PrintLines(shown.Select(static one => one.Department));
            else
                PrintTable(shown);
            return UsersOptions.Ok;
        }, cancellationToken));
        return command;
    }

    private static void PrintJson(IEnumerable<Department> departments) =>
        Console.WriteLine(JsonSerializer.Serialize(
            departments.Select(static department => new
            {
                department.Id,
                department.Name,
                department.ParentId,
                department.Priority,
                department.Deleted,
            }),
            s_json));

    private static void PrintLines(IEnumerable<Department> departments)
    {
        foreach (var department in departments)
            Console.WriteLine(string.Join('\t', department.Id, department.Name, department.ParentId, department.Priority, State(department)));
    }

    private static void PrintTable(IEnumerable<(Department Department, int Depth)> departments)
    {
        var table = new Table().AddColumns("Id", "Name", "Priority", "State").Border(TableBorder.Simple);
        foreach (var (department, depth) in departments)
        {
            table.AddRow(
                department.Id.ToString(CultureInfo.InvariantCulture),
                Markup.Escape(new string(' ', 2 * depth) + department.Name),
                department.Priority.ToString(CultureInfo.InvariantCulture),
                State(department));
        }

        AnsiConsole.Write(table);
    }

    private static string State(Department department) => department.Deleted ? "deleted" : "";
}
