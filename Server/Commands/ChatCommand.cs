using System.CommandLine;
using BrokerIm.Client;
using BrokerIm.Server.Chat;

namespace BrokerIm.Server.Commands;

/// <summary><c>brokerim chat</c>: talk to somebody from a terminal or a script.</summary>
internal static class ChatCommand
{
    private const int Ok = 0;
    private const int Failed = 1;
    private const int WrongUsage = 2;
    private const int Refused = 3;
    private const int Unreachable = 4;
    private const int DefaultPort = 8_000;

    private static readonly Argument<string> s_peer = new("NAME")
    {
        Description = "Whom to talk to: a user's login name, id or display name, or the name or id of a group of yours.",
    };

    private static readonly Option<string> s_as = new("--as")
    {
        Description = "Login name of yours. Defaults to the name of the system's user.",
        HelpName = "NAME",
        DefaultValueFactory = _ => Environment.UserName,
    };

    private static readonly Option<string?> s_password = new("--password")
    {
        Description = $"Password; asked for, or taken from {PasswordInput.Variable}, when left out.",
        HelpName = "P",
    };

    private static readonly Option<string> s_server = new("--server")
    {
        Description = "The server's TCP address.",
        HelpName = "HOST:PORT",
        DefaultValueFactory = _ => $"127.0.0.1:{DefaultPort}",
    };

    private static readonly Option<Uri?> s_discovery = new("--discovery")
    {
        Description = "Asks this address for a server, such as http://im.example:8080/msg_server; goes before --server.",
        HelpName = "URL",
        CustomParser = result =>
        {
            if (Uri.TryCreate(result.Tokens[0].Value, UriKind.Absolute, out var address) && address.Scheme is "http" or "https")
                return address;
            result.AddError($"--discovery '{result.Tokens[0].Value}' must be an http or https address.");
            return null;
        },
    };

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var command = new Command(
            "chat",
            "Talks to a user or a group. Reads lines from the input and sends each; with the input redirected it ends when all are stored. "
            + "/help in the chat lists what else can be done. "
            + "Exit codes: 0 done, 1 something was not sent, 2 wrong usage, 3 login refused, 4 no server.")
        {
            s_peer, s_as, s_password, s_server, s_discovery,
        };
        command.SetAction((arguments, cancellationToken) => RunAsync(
            arguments.GetRequiredValue(s_peer),
            arguments.GetRequiredValue(s_as),
            arguments.GetValue(s_password),
            arguments.GetRequiredValue(s_server),
            arguments.GetValue(s_discovery),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        string peer, string name, string? password, string server, Uri? discovery, CancellationToken cancellationToken)
    {
        if (PasswordInput.Find(password, $"Password for {name}:") is not { } secret)
            return await ComplainAsync(WrongUsage, $"No password: give --password, or set {PasswordInput.Variable}.");
        if (!TrySplit(server, out var host, out var port))
            return await ComplainAsync(WrongUsage, $"--server '{server}' must be HOST:PORT.");

        var options = new ImClientOptions
        {
            Host = host, Port = port, Discovery = discovery, Name = name, Password = secret, ClientVersion = "brokerim chat",
        };
        try
        {
            await using var client = await ImClient.ConnectAsync(options, cancellationToken);
            return await ChatAsync(client, peer, cancellationToken);
        }
        catch (LoginRefusedException exception)
        {
            return await ComplainAsync(Refused, exception.Message);
        }
        catch (Exception exception) when (exception is ImException or TimeoutException)
        {
            return await ComplainAsync(Unreachable, exception.Message);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return Ok;
        }
    }

    private static async Task<int> ChatAsync(ImClient client, string wanted, CancellationToken cancellationToken)
    {
        var contacts = new Contacts(client);
        await contacts.LoadAsync(cancellationToken);
        if (contacts.Find(wanted) is not { } peer)
            return await ComplainAsync(WrongUsage, $"No user or group of yours is called '{wanted}', or several are.");
        if (peer == new Peer(client.Self.UserId))
            return await ComplainAsync(WrongUsage, "That is you; talk to somebody else.");

        IChatScreen screen = Console.IsInputRedirected || Console.IsOutputRedirected
            ? new PlainScreen(Console.In, Console.Out, Console.Error)
            : new TerminalScreen($"{Contacts.NameOf(client.Self)}> ");
        return await new ChatSession(client, contacts, peer, screen).RunAsync(cancellationToken) ? Ok : Failed;
    }

    /// <summary>Splits <c>host:port</c>; the port may be left out, and an IPv6 address stands in brackets.</summary>
    internal static bool TrySplit(string server, out string host, out int port)
    {
        host = "";
        port = 0;
        if (!Uri.TryCreate($"tcp://{server}", UriKind.Absolute, out var address)
            || address.Host.Length == 0
            || address.PathAndQuery is not ("/" or "")
            || address.UserInfo.Length > 0)
            return false;

        host = address.DnsSafeHost;
        port = address.IsDefaultPort ? DefaultPort : address.Port;
        return port > 0 && !server.EndsWith(':');
    }

    private static async Task<int> ComplainAsync(int exitCode, string reason)
    {
        await Console.Error.WriteLineAsync(reason);
        return exitCode;
    }
}
