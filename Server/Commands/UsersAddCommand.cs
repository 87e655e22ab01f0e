using System.CommandLine;
using BrokerIm.Core.Ports;
using BrokerIm.Server.Users;

namespace BrokerIm.Server.Commands;

/// <summary><c>brokerim users add</c>.</summary>
internal static class UsersAddCommand
{
    public static Command Create()
    {
        var name = new Argument<string>("NAME") { Description = "Login name, 1 to 32 characters." };
        var password = Text("--password", "Password; asked for, or taken from BROKERIM_PASSWORD, when left out.");
        Option<string?>[] details =
        [
            Text("--nick", "Display name. Defaults to the login name."),
            Text("--department", "Department; created when unknown."),
            Text("--email", "E-mail address."),
            Text("--phone", "Telephone number."),
            Text("--gender", "0 unknown, 1 male, 2 female."),
            Text("--avatar", "URL or path of a picture."),
            Text("--domain", "Latin spelling for sorting. Defaults to the login name."),
            Text("--status", "0 active, 1 probation, 2 official, 3 left, 4 intern; only 0 may log in."),
            Text("--signature", "Signature, at most 128 bytes."),
        ];
        var iterations = UsersOptions.Iterations();

        var command = new Command("add", "Adds one account.") { name, password, iterations };
        foreach (var detail in details)
            command.Options.Add(detail);
        var access = DirectoryAccess.AddTo(command);

        command.SetAction(async (arguments, cancellationToken) =>
        {
            var login = arguments.GetRequiredValue(name);
            if (UserFields.CheckName(login) is { } wrong)
                return await RefuseAsync(wrong);
            if (PasswordInput.Find(arguments.GetValue(password), $"Password for {login}:") is not { } secret)
                return await RefuseAsync($"No password: give --password, or set {PasswordInput.Variable}.");

            var fields = details
                .Where(detail => arguments.GetValue(detail) is not null)
                .ToDictionary(detail => detail.Name.TrimStart('-'), detail => arguments.GetValue(detail)!);
            fields.Add("name", login);
            fields.Add("password", secret);
            if (UserFields.TryMake(fields, out var problem) is not { } entry)
                return await RefuseAsync(problem);

            return await access.UseAsync(arguments, directory =>
                AddAsync(directory, entry, arguments.GetValue(iterations), cancellationToken), cancellationToken);
        });
        return command;
    }

    private static Option<string?> Text(string name, string description) => new(name)
    {
        Description = description, HelpName = "TEXT",
    };

    private static async Task<int> AddAsync(
        IUserDirectoryWriter directory, UserEntry entry, int iterations, CancellationToken cancellationToken)
    {
        var report = new ImportReport(total: 1, Console.Error.WriteLine, progress: _ => { });
        var rows = new[] { new ImportRow(entry.Name, entry, Problem: "") };
        await new UserImport(directory, iterations, dryRun: false).RunAsync(rows, report, cancellationToken);
        if (report.AddedCount == 0)
        {
            await Console.Error.WriteLineAsync($"There is a user '{entry.Name}' already.");
            return UsersOptions.Failed;
        }

        var account = await directory.FindAsync(entry.Name, cancellationToken);
        Console.WriteLine($"Added {entry.Name} with id {account!.Profile.Id}.");
        return UsersOptions.Ok;
    }

    private static async Task<int> RefuseAsync(string reason)
    {
        await Console.Error.WriteLineAsync(reason);
        return UsersOptions.WrongUsage;
    }
}
