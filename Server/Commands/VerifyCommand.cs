using System.CommandLine;
using BrokerIm.Core.Conversations;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using BrokerIm.Server.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace BrokerIm.Server.Commands;

/// <summary><c>brokerim verify</c>: recomputes ids, counters and hashes of conversations; the server may run meanwhile.</summary>
internal static class VerifyCommand
{
    private const int Ok = 0;
    private const int Found = 1;
    private const int AtOnce = 8;
    private const int FindingsShown = 20;

    public static Command Create()
    {
        var conversations = new Argument<string[]>("CONVERSATION")
        {
            Description = "A:B for two users' numbers, or gN for group N. None: all conversations of all users.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var command = new Command(
            "verify",
            "Reads conversations and recomputes their ids, counters and hashes. Exit codes: 0 all is as it should be, 1 it is not, or the "
            + "stores cannot be reached, 2 wrong usage.")
        {
            conversations,
        };
        var settings = SettingsOptions.AddTo(command);
        command.SetAction((arguments, cancellationToken) => OperatorGuard.RunAsync(async () =>
        {
            await using var services = await Stores.OpenAsync(
                settings.Read(arguments), settings.NameEmbeddedStore(arguments), cancellationToken);
            var named = (arguments.GetValue(conversations) ?? []).Select(text => (Text: text, Id: Parse(text))).ToList();
            if (named.Find(static one => one.Id is null) is { Text: { } wrong })
            {
                await Console.Error.WriteLineAsync($"'{wrong}' is no conversation; write 17:23 for two users or g5 for a group.");
                return 2;
            }

            return await RunAsync(
                services,
                named.Count > 0 ? named.Select(static one => one.Id!.Value).ToList() : await AllAsync(services, cancellationToken),
                cancellationToken);
        }));
        return command;
    }

    private static async Task<int> RunAsync(
        IServiceProvider services, IReadOnlyList<ConversationId> conversations, CancellationToken cancellationToken)
    {
        var audit = new ConversationAudit(services.GetRequiredService<IConversationReader>());
        var (messages, wrong, done) = (0L, 0, 0);
        var say = new Lock();
        await Parallel.ForEachAsync(
            conversations,
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            async (conversation, token) =>
            {
                var (count, findings) = await audit.RunAsync(conversation, token);
                lock (say)
                {
                    messages += count;
                    wrong += findings.Count > 0 ? 1 : 0;
                    foreach (var finding in findings.Take(FindingsShown))
                        Console.WriteLine($"{conversation}: {finding}");
                    if (findings.Count > FindingsShown)
                        Console.WriteLine($"{conversation}: and {findings.Count - FindingsShown} more");
                    if (++done % 10_000 == 0)
                        Console.Error.WriteLine($"{done} of {conversations.Count} conversations");
                }
            });

        Console.WriteLine($"{conversations.Count} conversations, {messages} messages, {wrong} conversations are not as they should be.");
        return wrong == 0 ? Ok : Found;
    }

    private static async Task<IReadOnlyList<ConversationId>> AllAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        var users = services.GetRequiredService<IUserDirectory>();
        var store = services.GetRequiredService<IConversationReader>();
        var found = new HashSet<ConversationId>();
        foreach (var user in await users.ListChangedAsync(0, int.MaxValue, cancellationToken))
        {
            foreach (var activity in await store.ConversationsOfAsync(user.Id, 0, int.MaxValue, cancellationToken))
                found.Add(activity.Conversation);
        }

        foreach (var group in await services.GetRequiredService<IGroupReader>().AllGroupsAsync(cancellationToken))
            found.Add(ConversationId.Group(group));
        return [.. found];
    }

    private static ConversationId? Parse(string text)
    {
        if (text.StartsWith('g') && uint.TryParse(text[1..], out var group))
            return ConversationId.Group(group) is { IsValid: true } valid ? valid : null;
        return text.Split(':') is [var low, var high] && uint.TryParse(low, out var one) && uint.TryParse(high, out var other)
            && ConversationId.Pair(new(one), new(other)) is { IsValid: true } pair
            ? pair
            : null;
    }
}
