using System.CommandLine.Parsing;
using BrokerIm.Client;

namespace BrokerIm.Server.Chat;

/// <summary>Carries out lines that start with a slash.</summary>
internal sealed class ChatCommands
{
    private readonly IChatScreen _screen;
    private readonly IReadOnlyList<ChatVerb> _verbs;

    public ChatCommands(ImClient client, Contacts contacts, Conversation conversation, IChatScreen screen)
    {
        _screen = screen;
        _verbs =
        [
            .. new ConversationVerbs(client, contacts, conversation, screen).All,
            .. new GroupVerbs(client, contacts, conversation, screen).All,
            .. new PeopleVerbs(client, contacts, conversation, screen).All,
            new("help", "", "shows this", HelpAsync),
        ];
    }

    /// <summary>Carries out one line; what goes wrong is shown.</summary>
    /// <returns>Whether it was carried out.</returns>
    public async Task<bool> RunAsync(string line, CancellationToken cancellationToken)
    {
        // Names with spaces stand in quotes.
        string[] words = [.. CommandLineParser.SplitCommandLine(line[1..])];
        var (verb, arguments) = Find(words);
        if (verb is null)
        {
            _screen.Complain($"No such command: {MessageText.Clean(line)}. /help lists them.");
            return false;
        }

        try
        {
            if (await verb.RunAsync(arguments, cancellationToken))
                return true;
            _screen.Complain($"Usage: {verb.Usage}");
        }
        catch (ChatVerbException exception)
        {
            _screen.Complain(exception.Message);
        }
        catch (Exception exception) when (exception is ImException or TimeoutException)
        {
            _screen.Complain($"/{verb.Name}: {MessageText.Clean(exception.Message)}");
        }

        return false;
    }

    private (ChatVerb? Verb, string[] Arguments) Find(string[] words)
    {
        for (var length = Math.Min(2, words.Length); length > 0; length--)
        {
            var name = string.Join(' ', words[..length]);
            if (_verbs.FirstOrDefault(verb => verb.Name == name) is { } found)
                return (found, words[length..]);
        }

        return (null, []);
    }

    private Task<bool> HelpAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        _screen.Note("Type a line to send it; // sends a line that starts with /. A name with spaces stands in quotes.");
        foreach (var verb in _verbs)
            _screen.Note($"{verb.Usage}: {verb.Purpose}");
        _screen.Note("/quit: ends");
        return Task.FromResult(true);
    }
}
