using BrokerIm.Core.Ports;

namespace BrokerIm.Import.TeamTalk;

/// <summary>Refuses a store in which somebody else's data is: numbers of two installations would mean different people.</summary>
internal sealed class TargetCheck(ImportTarget target)
{
    private const int ShownAtMost = 5;

    /// <summary>Passes for an empty store and for one that an import of the same database has filled.</summary>
    /// <exception cref="ImportRefusedException">The store has users, departments or groups that the source does not have.</exception>
    public async Task RunAsync(
        IEnumerable<UserAccount> users,
        IEnumerable<Department> departments,
        IReadOnlySet<uint> groups,
        CancellationToken cancellationToken)
    {
        var names = users.ToDictionary(static user => user.Profile.Id, static user => user.Profile.Name);
        var there = await target.Users.ListChangedAsync(updatedSinceSeconds: 0, int.MaxValue, cancellationToken);
        Refuse("user", there.Where(user => names.GetValueOrDefault(user.Id) != user.Name).Select(static user => $"{user.Name} ({user.Id})"));

        var titles = departments.ToDictionary(static department => department.Id, static department => department.Name);
        var known = await target.Users.ListDepartmentsAsync(updatedAfterSeconds: 0, cancellationToken);
        Refuse(
            "department",
            known.Where(one => titles.GetValueOrDefault(one.Id) != one.Name).Select(static one => $"{one.Name} ({one.Id})"));

        var all = await target.Conversations.AllGroupsAsync(cancellationToken);
        Refuse("group", all.Where(group => !groups.Contains(group)).Select(static group => $"{group}"));
    }

    private static void Refuse(string kind, IEnumerable<string> strangers)
    {
        var list = strangers.ToList();
        if (list.Count == 0)
            return;

        var more = list.Count > ShownAtMost ? $" and {list.Count - ShownAtMost} more" : "";
        throw new ImportRefusedException(
            $"The store is in use: it has the {kind}{(list.Count == 1 ? "" : "s")} {string.Join(", ", list.Take(ShownAtMost))}{more}, "
            + "which the old database does not have under that number and name. Import into a new store.");
    }
}
