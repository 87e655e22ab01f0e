namespace BrokerIm.Server.Users;

/// <summary>One user of an import file, or why there is none.</summary>
/// <param name="Place">Where it stands, for a person: "line 3" or "element 2 (line 7)".</param>
/// <param name="Entry">The user; null when the row is wrong.</param>
/// <param name="Problem">What is wrong; empty when nothing is.</param>
internal sealed record ImportRow(string Place, UserEntry? Entry, string Problem)
{
    /// <summary>A row from its fields, checked.</summary>
    public static ImportRow From(string place, IReadOnlyDictionary<string, string> fields)
    {
        var entry = UserFields.TryMake(fields, out var problem);
        return new(place, entry, problem);
    }

    /// <summary>A row that cannot be read.</summary>
    public static ImportRow Wrong(string place, string problem) => new(place, null, problem);
}
