using System.CommandLine;

namespace BrokerIm.LoadTests.Users;

/// <summary><c>users</c>: makes a file of accounts, to be imported into the server and used by the scenarios.</summary>
internal static class UsersCommand
{
    public static Command Create()
    {
        var count = new Option<int>("--count") { Description = "How many.", DefaultValueFactory = _ => 1_000 };
        var output = new Option<FileInfo>("--out") { Description = "File to write.", Required = true };
        var password = new Option<string>("--password")
        {
            Description = "Password of all of them.", DefaultValueFactory = _ => "loadtest",
        };
        var command = new Command(
            "users",
            "Makes a users file. Import it with: brokerim users import FILE --password-iterations 1000 (or the logins measure PBKDF2).")
        {
            count, output, password,
        };
        command.SetAction(async (arguments, cancellationToken) =>
        {
            var file = arguments.GetRequiredValue(output);
            await UsersFile.WriteAsync(
                file, arguments.GetValue(count), arguments.GetRequiredValue(password), cancellationToken);
            Console.WriteLine($"{arguments.GetValue(count)} users in {file}.");
            return 0;
        });
        return command;
    }
}
