using System.Globalization;

namespace BrokerIm.Faults.History;

/// <summary>The name under which all devices write of one conversation: <c>pair:5-9</c> or <c>group:3</c>.</summary>
internal static class ConversationKey
{
    private const string PairPrefix = "pair:";
    private const string GroupPrefix = "group:";

    public static string OfPair(uint one, uint other) =>
        string.Create(CultureInfo.InvariantCulture, $"{PairPrefix}{Math.Min(one, other)}-{Math.Max(one, other)}");

    public static string OfGroup(uint group) => string.Create(CultureInfo.InvariantCulture, $"{GroupPrefix}{group}");

    public static bool IsGroup(string conversation) => conversation.StartsWith(GroupPrefix, StringComparison.Ordinal);

    /// <summary>Both users of a pair; nobody for a group, whose members change.</summary>
    public static IReadOnlyList<uint> UsersOf(string conversation) => IsGroup(conversation)
        ? []
        : [.. conversation[PairPrefix.Length..].Split('-').Select(id => uint.Parse(id, CultureInfo.InvariantCulture)).Distinct()];
}
