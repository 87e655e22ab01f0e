using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using BrokerIm.Core.Ports;
using Spectre.Console;

namespace BrokerIm.Server.Commands;

/// <summary><c>brokerim users list</c>.</summary>
internal static class UsersListCommand
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "A JSON array, for programs." };
        var command = new Command("list", "Lists all accounts, lowest id first.") { json };
        var access = DirectoryAccess.AddTo(command);
        command.SetAction((arguments, cancellationToken) =>
            access.UseAsync(arguments, async directory =>
            {
                var users = await directory.ListChangedAsync(updatedSinceSeconds: 0, int.MaxValue, cancellationToken);
                var departments = (await directory.ListDepartmentsAsync(updatedAfterSeconds: 0, cancellationToken))
                    .ToDictionary(department => department.Id, department => department.Name);
                Print(users.OrderBy(user => user.Id), departments, arguments.GetValue(json));
                return UsersOptions.Ok;
            }, cancellationToken));
        return command;
    }

    private static void Print(IEnumerable<UserProfile> users, Dictionary<uint, string> departments, bool asJson)
    {
        if (asJson)
            PrintJson(users, departments);
        else if (Console.IsOutputRedirected)
            PrintLines(users, departments);
        else
            PrintTable(users, departments);
    }

    private static void PrintJson(IEnumerable<UserProfile> users, Dictionary<uint, string> departments) =>
        Console.WriteLine(JsonSerializer.Serialize(
            users.Select(user => new
            {
                Id = user.Id.Value,
                user.Name,
                user.Nick,
                Department = departments.GetValueOrDefault(user.DepartmentId, ""),
                user.Email,
                user.Phone,
                user.Gender,
                user.Avatar,
                user.Domain,
                user.Status,
                user.Signature,
            }),
            s_json));

    private static void PrintLines(IEnumerable<UserProfile> users, Dictionary<uint, string> departments)
    {
        foreach (var user in users)
            Console.WriteLine(string.Join('\t', Columns(user, departments)));
    }

    private static void PrintTable(IEnumerable<UserProfile> users, Dictionary<uint, string> departments)
    {
        var table = new Table().AddColumns("Id", "Name", "Nick", "Department", "Status").Border(TableBorder.Simple);
        foreach (var user in users)
            table.AddRow([.. Columns(user, departments).Select(Markup.Escape)]);
        AnsiConsole.Write(table);
    }

    private static string[] Columns(UserProfile user, Dictionary<uint, string> departments) =>
    [
        user.Id.ToString(),
        user.Name,
        user.Nick,
        departments.GetValueOrDefault(user.DepartmentId, ""),
        user.Status switch
        {
            0 => "active",
            1 => "probation",
            2 => "official",
            3 => "left",
            _ => "intern",
        },
    ];
}
