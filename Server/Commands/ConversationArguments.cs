using System.Globalization;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using Microsoft.Extensions.DependencyInjection;

namespace BrokerIm.Server.Commands;

/// <summary>How operators name conversations and messages.</summary>
internal static class ConversationArguments
{
    /// <summary>What to write.</summary>
    public const string Description = "A:B for two users' numbers, or gN for group N.";

    /// <summary>The conversation that is meant, or null.</summary>
    public static ConversationId? Parse(string text)
    {
        if (text.StartsWith('g') && uint.TryParse(text[1..], out var group))
            return ConversationId.Group(group) is { IsValid: true } valid ? valid : null;
        return text.Split(':') is [var low, var high] && uint.TryParse(low, out var one) && uint.TryParse(high, out var other)
            && ConversationId.Pair(new(one), new(other)) is { IsValid: true } pair
            ? pair
            : null;
    }

    /// <summary>A message, or all from one to another; null where it is neither.</summary>
    public static (uint From, uint To)? ParseIds(string text)
    {
        var ends = text.Split('-');
        return ends.Length <= 2 && IsId(ends[0], out var from) && IsId(ends[^1], out var to) && from <= to ? (from, to) : null;
    }

    /// <summary>Says which of the texts is no conversation, and null; or all of them.</summary>
    public static async Task<List<ConversationId>?> ParseAllAsync(IEnumerable<string> texts)
    {
        var found = new List<ConversationId>();
        foreach (var text in texts)
        {
            if (Parse(text) is not { } conversation)
            {
                await Console.Error.WriteLineAsync($"'{text}' is no conversation; write 17:23 for two users or g5 for a group.");
                return null;
            }

            found.Add(conversation);
        }

        return found;
    }

    /// <summary>Every conversation there is.</summary>
    public static async Task<IReadOnlyList<ConversationId>> AllAsync(IServiceProvider services, CancellationToken cancellationToken)
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

    /// <summary>Conversations in which a user may have written: his pairs, and the groups he is or was in.</summary>
    public static async Task<IReadOnlyList<ConversationId>> OfUserAsync(
        IServiceProvider services, UserId user, CancellationToken cancellationToken)
    {
        var groups = services.GetRequiredService<IGroupReader>();
        var activities = await services.GetRequiredService<IConversationReader>()
            .ConversationsOfAsync(user, 0, int.MaxValue, cancellationToken);
        var found = activities.Select(static activity => activity.Conversation).ToHashSet();
        var all = await groups.AllGroupsAsync(cancellationToken);
        var memberships = await groups.MembershipsAsync([.. all.Select(group => (group, user))], cancellationToken);
        for (var i = 0; i < all.Count; i++)
        {
            if (memberships[i] is not null)
                found.Add(ConversationId.Group(all[i]));
        }

        return [.. found];
    }

    private static bool IsId(string text, out uint id) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out id) && id is >= 1 and <= int.MaxValue;
}
