using System.CommandLine;
using BrokerIm.LoadTests.Running;
using BrokerIm.LoadTests.Users;

namespace BrokerIm.LoadTests.Rivals.Null;

/// <summary><c>null-server</c>: what <c>compare --against null</c> starts as a process of its own.</summary>
internal static class NullServerCommand
{
    public const string Name = "null-server";

    private static readonly Option<int> s_port = Arguments.Number("--port", "TCP port.", 8_000, 1, 65_535);

    private static readonly Option<FileInfo> s_users = Arguments.Users();

    public static Command Create()
    {
        var command = new Command(Name, "Runs BrokerIm's gateway with nothing behind it, on the loopback interface, until it is stopped.")
        {
            s_port, s_users,
        };
        command.Hidden = true;
        command.SetAction((arguments, cancellationToken) => RunArguments.TryAsync(async () =>
        {
            var users = await UsersFile.ReadAsync(arguments.GetRequiredValue(s_users), cancellationToken);
            await using var server = await NullServer.StartAsync(users, arguments.GetValue(s_port), cancellationToken);
            await server.RunAsync(cancellationToken);
            return 0;
        }));
        return command;
    }
}
