using System.CommandLine;
using BrokerIm.Core.Conversations;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using BrokerIm.Server.Hosting;
using BrokerIm.Workers.Persist;
using Microsoft.Extensions.DependencyInjection;

namespace BrokerIm.Server.Commands;

/// <summary><c>brokerim verify</c>: recomputes ids, counters and hashes of conversations; the server may run meanwhile.</summary>
internal static class VerifyCommand
{
    private const int Ok = 0;
    private const int Found = 1;
    private const int WrongUsage = 2;
    private const int AtOnce = 8;
    private const int FindingsShown = 20;

    public static Command Create()
    {
        var conversations = new Argument<string[]>("CONVERSATION")
        {
            Description = $"{ConversationArguments.Description} None: all conversations of all users.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var log = new Option<bool>("--log")
        {
            Description = "Instead: folds what the inbound log keeps, as a worker would, and looks for all of it in the store.",
        };
        var command = new Command(
            "verify",
            "Reads conversations and recomputes their ids, counters and hashes. Exit codes: 0 all is as it should be, 1 it is not, or the "
            + "stores cannot be reached, 2 wrong usage.")
        {
            conversations, log,
        };
        var settings = SettingsOptions.AddTo(command);
        command.SetAction((arguments, cancellationToken) => OperatorGuard.RunAsync(async () =>
        {
            if (await ConversationArguments.ParseAllAsync(arguments.GetValue(conversations) ?? []) is not { } named)
                return WrongUsage;
            if (named.Count > 0 && arguments.GetValue(log))
            {
                await Console.Error.WriteLineAsync("--log compares all that the log keeps; name no conversation.");
                return WrongUsage;
            }

            await using var services = await Stores.OpenAsync(
                settings.Read(arguments), settings.NameEmbeddedStore(arguments), cancellationToken, log: arguments.GetValue(log));
            if (arguments.GetValue(log))
                return await LogAsync(services, cancellationToken);
            return await RunAsync(
                services,
                named.Count > 0 ? named : await ConversationArguments.AllAsync(services, cancellationToken),
                cancellationToken);
        }));
        return command;
    }

    private static async Task<int> RunAsync(
        IServiceProvider services, IReadOnlyList<ConversationId> conversations, CancellationToken cancellationToken)
    {
        var audit = new ConversationAudit(services.GetRequiredService<IConversationReader>());
        var (messages, erased, wrong, done) = (0L, 0L, 0, 0);
        var say = new Lock();
        await Parallel.ForEachAsync(
            conversations,
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            async (conversation, token) =>
            {
                var (count, blank, findings) = await audit.RunAsync(conversation, token);
                lock (say)
                {
                    messages += count;
                    erased += blank;
                    wrong += findings.Count > 0 ? 1 : 0;
                    foreach (var finding in findings.Take(FindingsShown))
                        Console.WriteLine($"{conversation}: {finding}");
                    if (findings.Count > FindingsShown)
                        Console.WriteLine($"{conversation}: and {findings.Count - FindingsShown} more");
                    if (++done % 10_000 == 0)
                        Console.Error.WriteLine($"{done} of {conversations.Count} conversations");
                }
            });

        Console.WriteLine($"{conversations.Count} conversations, {messages} messages, {erased} of them erased, {wrong} conversations are not as they should be.");
        return wrong == 0 ? Ok : Found;
    }

    private static async Task<int> LogAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        var audit = ActivatorUtilities.CreateInstance<LogAudit>(services);
        var (messages, wrong) = (0L, 0);
        await foreach (var part in audit.RunAsync(cancellationToken))
        {
            Console.WriteLine(
                $"partition {part.Partition}: records {part.Kept.First} to {part.Kept.Done}, "
                + $"{(part.Kept.First > 0 ? "earlier ones the log does not keep, " : "")}{part.Messages} messages, {part.Erased} orders to erase");
            foreach (var finding in part.Findings.Take(FindingsShown))
                Console.WriteLine($"partition {part.Partition}: {finding}");
            if (part.Findings.Count > FindingsShown)
                Console.WriteLine($"partition {part.Partition}: and {part.Findings.Count - FindingsShown} more");
            (messages, wrong) = (messages + part.Messages, wrong + part.Findings.Count);
        }

        Console.WriteLine($"{messages} messages of the log were looked for in the store, {wrong} things are not as they should be.");
        return wrong == 0 ? Ok : Found;
    }
}
