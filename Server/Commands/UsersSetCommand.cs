using System.CommandLine;
using BrokerIm.Core.Ports;
using BrokerIm.Server.Departments;
using BrokerIm.Server.Users;

namespace BrokerIm.Server.Commands;

/// <summary><c>brokerim users set</c>.</summary>
internal static class UsersSetCommand
{
    public static Command Create()
    {
        var name = new Argument<string>("NAME") { Description = "Login name." };
        Option<string?>[] details =
        [
            Text("--nick", "Display name."),
            Text("--email", "E-mail address."),
            Text("--phone", "Telephone number."),
            Text("--gender", "0 unknown, 1 male, 2 female."),
            Text("--avatar", "URL or path of a picture."),
            Text("--domain", "Latin spelling for sorting."),
            Text("--status", "0 active, 1 probation, 2 official, 3 left, 4 intern; only 0 may log in."),
            Text("--signature", "Signature, at most 128 bytes."),
        ];
        var department = new Option<string?>("--department")
        {
            Description = $"Name or id of a department; {DepartmentsOptions.Root} for none.", HelpName = "DEPARTMENT",
        };
        var command = new Command("set", "Changes one account; clients learn of it at their next login.") { name, department };
        foreach (var detail in details)
            command.Options.Add(detail);
        var access = DirectoryAccess.AddTo(command);

        command.SetAction(async (arguments, cancellationToken) =>
        {
            var fields = details
                .Where(detail => arguments.GetValue(detail) is not null)
                .ToDictionary(detail => detail.Name.TrimStart('-'), detail => arguments.GetValue(detail)!);
            if (UserFields.TryEdit(fields, out var problem) is not { } edit)
                return await DepartmentsOptions.FailAsync(problem, UsersOptions.WrongUsage);
            if (fields.Count == 0 && arguments.GetValue(department) is null)
                return await DepartmentsOptions.FailAsync("Say what to change; see --help.", UsersOptions.WrongUsage);

            return await access.UseAsync(
                arguments,
                directory => SetAsync(
                    directory, arguments.GetRequiredValue(name), edit, arguments.GetValue(department), cancellationToken),
                cancellationToken);
        });
        return command;
    }

    private static Option<string?> Text(string name, string description) => new(name)
    {
        Description = description, HelpName = "TEXT",
    };

    private static async Task<int> SetAsync(
        IUserDirectoryWriter directory, string name, ProfileEdit edit, string? department, CancellationToken cancellationToken)
    {
        if (department is not null)
        {
            var tree = await DepartmentTree.ReadAsync(directory, cancellationToken);
            var problem = "";
            var found = department == DepartmentsOptions.Root ? null : tree.Find(department, deleted: false, out problem);
            if (problem.Length > 0)
                return await DepartmentsOptions.FailAsync(problem);
            edit = edit with { DepartmentId = found?.Id ?? 0 };
        }

        if (await directory.FindAsync(name, cancellationToken) is not { } account
            || await directory.EditAsync(account.Profile.Id, edit, cancellationToken) is null)
            return await DepartmentsOptions.FailAsync($"There is no user '{name}'.");

        Console.WriteLine($"Changed {name} with id {account.Profile.Id}.");
        return UsersOptions.Ok;
    }
}
