using System.CommandLine;
using System.Globalization;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using BrokerIm.Server.Erasing;
using BrokerIm.Server.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace BrokerIm.Server.Commands;

/// <summary><c>brokerim erase</c>: takes the content out of messages, of single ones, of a user's, or of old ones.</summary>
internal static class EraseCommand
{
    private const int Ok = 0;
    private const int Failed = 1;
    private const int WrongUsage = 2;
    private const int SayEvery = 1_000;

    private static readonly Option<bool> s_dryRun = new("--dry-run") { Description = "Only says what would be done." };

    public static Command Create() => new(
        "erase",
        "Takes the content out of messages, for good and by orders in the log; their numbers, senders and times stay. What is erased already "
        + "is left alone, so a run that broke off is repeated. On an embedded store the server must not run meanwhile. Exit codes: 0 done, "
        + "1 not done, 2 wrong usage.")
    {
        Message(), User(), OlderThan(),
    };

    private static Command Message()
    {
        var conversation = new Argument<string>("CONVERSATION") { Description = ConversationArguments.Description };
        var ids = new Argument<string[]>("ID") { Description = "Numbers of messages, or ranges like 10-20.", Arity = ArgumentArity.OneOrMore };
        var command = new Command("message", "Erases messages of a conversation.") { conversation, ids, s_dryRun };
        return With(command, async (arguments, host, run, cancellationToken) =>
        {
            if (await ConversationArguments.ParseAllAsync([arguments.GetRequiredValue(conversation)]) is not [var named])
                return WrongUsage;
            var ranges = new List<(uint From, uint To)>();
            foreach (var text in arguments.GetRequiredValue(ids))
            {
                if (ConversationArguments.ParseIds(text) is not { } range)
                    return await FailAsync($"'{text}' is no number of a message; write 4 or 10-20.", WrongUsage);
                ranges.Add(range);
            }

            var head = await host.Services.GetRequiredService<ErasableMessages>().HeadAsync(named, cancellationToken);
            if (ranges.Find(range => range.To > head) is { To: > 0 } beyond)
                return await FailAsync($"There is no message {beyond.To} in {named}; its newest is {head}.", Failed);

            foreach (var (from, to) in ranges)
                await run.AddAsync(named, from, to, static _ => true, cancellationToken);
            return Ok;
        });
    }

    private static Command User()
    {
        var name = new Argument<string>("NAME") { Description = "Login name or number." };
        var command = new Command(
            "user",
            "Locks an account for good, ends its sessions, empties its profile and erases everything the user has written.")
        {
            name, s_dryRun,
        };
        return With(command, async (arguments, host, run, cancellationToken) =>
        {
            var directory = host.Services.GetRequiredService<IUserDirectoryWriter>();
            if (await GroupAccess.FindUsersAsync(directory, [arguments.GetRequiredValue(name)], cancellationToken) is not [var user])
                return Failed;
            if (!arguments.GetValue(s_dryRun))
                await ActivatorUtilities.CreateInstance<AccountErasure>(host.Services).RunAsync(user, cancellationToken);

            // Once more for what was on its way when the account was locked, until there is nothing new of his.
            var (seen, before) = (new Dictionary<ConversationId, uint>(), 0L);
            do
            {
                before = run.Erased;
                var conversations = await ConversationArguments.OfUserAsync(host.Services, user, cancellationToken);
                await EraseAsync(run, conversations, NewAsync, message => message.Meta.Sender == user.Value, cancellationToken);
                await run.FlushAsync(cancellationToken);
            }
            while (run.Erased > before);

            Console.WriteLine($"User {user} {(arguments.GetValue(s_dryRun) ? "would be" : "is")} locked out, without profile, tokens and devices.");
            return Ok;

            async ValueTask<(uint From, uint To)> NewAsync(ConversationId conversation)
            {
                var from = seen.GetValueOrDefault(conversation) + 1;
                seen[conversation] = await host.Services.GetRequiredService<ErasableMessages>().HeadAsync(conversation, cancellationToken);
                return (from, seen[conversation]);
            }
        });
    }

    private static Command OlderThan()
    {
        var age = new Argument<string>("AGE") { Description = "Days or hours: 365d, 12h." };
        var conversations = new Option<string[]>("--conversation")
        {
            Description = $"Only this one: {ConversationArguments.Description} May be repeated.",
            HelpName = "CONVERSATION",
            DefaultValueFactory = _ => [],
        };
        var groups = new Option<bool>("--groups") { Description = "Only groups." };
        var command = new Command("older-than", "Erases messages older than an age, of all conversations if none is named.")
        {
            age, conversations, groups, s_dryRun,
        };
        return With(command, async (arguments, host, run, cancellationToken) =>
        {
            if (ParseAge(arguments.GetRequiredValue(age)) is not { } kept)
                return await FailAsync($"'{arguments.GetRequiredValue(age)}' is no age; write 365d or 12h.", WrongUsage);
            if (await ConversationArguments.ParseAllAsync(arguments.GetValue(conversations)!) is not { } named)
                return WrongUsage;

            var before = (host.Services.GetRequiredService<TimeProvider>().GetUtcNow() - kept).ToUnixTimeMilliseconds();
            IEnumerable<ConversationId> all = named.Count > 0 ? named : await ConversationArguments.AllAsync(host.Services, cancellationToken);
            var messages = host.Services.GetRequiredService<ErasableMessages>();
            await EraseAsync(
                run,
                [.. all.Where(conversation => conversation.IsGroup || !arguments.GetValue(groups))],
                async conversation => (1, await messages.NewestBeforeAsync(conversation, before, cancellationToken)),
                static _ => true,
                cancellationToken);
            return Ok;
        });
    }

    private static async ValueTask EraseAsync(
        EraseRun run,
        IReadOnlyList<ConversationId> conversations,
        Func<ConversationId, ValueTask<(uint From, uint To)>> rangeOf,
        Func<StoredMessage, bool> isMeant,
        CancellationToken cancellationToken)
    {
        for (var i = 0; i < conversations.Count; i++)
        {
            var (from, to) = await rangeOf(conversations[i]);
            await run.AddAsync(conversations[i], from, to, isMeant, cancellationToken);
            if ((i + 1) % SayEvery == 0)
                await Console.Error.WriteLineAsync($"{i + 1} of {conversations.Count} conversations, {run.Erased} messages");
        }
    }

    private static Command With(Command command, Func<ParseResult, IHost, EraseRun, CancellationToken, Task<int>> work)
    {
        var settings = SettingsOptions.AddTo(command);
        command.SetAction((arguments, cancellationToken) => OperatorGuard.RunAsync(async () =>
        {
            using var host = await OperatorHost.OpenAsync(
                settings.Read(arguments),
                settings.NameEmbeddedStore(arguments),
                cancellationToken,
                static services => services.AddSingleton<ErasableMessages>());
            var dryRun = arguments.GetValue(s_dryRun);
            var run = ActivatorUtilities.CreateInstance<EraseRun>(host.Services, dryRun);
            var result = await work(arguments, host, run, cancellationToken);
            if (result == Ok)
            {
                await run.FlushAsync(cancellationToken);
                Console.WriteLine($"{run.Erased} messages {(dryRun ? "would be" : "are")} erased; {run.ErasedBefore} were before.");
            }

            await host.StopAsync(CancellationToken.None);
            return result;
        }));
        return command;
    }

    private static TimeSpan? ParseAge(string text) =>
        text.Length > 1 && int.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
            ? text[^1] switch
            {
                'd' when number <= 100_000 => TimeSpan.FromDays(number),
                'h' => TimeSpan.FromHours(number),
                _ => null,
            }
            : null;

    private static async Task<int> FailAsync(string problem, int code)
    {
        await Console.Error.WriteLineAsync(problem);
        return code;
    }
}
