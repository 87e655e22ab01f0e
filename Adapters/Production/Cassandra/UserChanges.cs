using BrokerIm.Core.Ports;

namespace BrokerIm.Adapters.Production.Cassandra;

/// <summary>
/// Users in the order of their last change. The index is spread over shards, so that it does not end in one partition; they are read
/// side by side, page by page.
/// </summary>
/// <param name="session">Where the index is.</param>
/// <param name="profilesOf">Reads the users of entries; those that are not there are left out.</param>
internal sealed class UserChanges(
    ICassandraSession session,
    Func<IReadOnlyList<UserChange>, CancellationToken, ValueTask<IReadOnlyList<UserProfile>>> profilesOf)
{
    private const int LargestPage = 1_000;

    /// <inheritdoc cref="IUserDirectory.ListChangedAsync"/>
    public async ValueTask<IReadOnlyList<UserProfile>> ListAsync(
        long updatedSinceSeconds, int max, CancellationToken cancellationToken)
    {
        var profiles = new List<UserProfile>();

        // No user has the number 0, so this is just before the first change of that time.
        UserChange? after = new UserChange(updatedSinceSeconds, new(0));
        var limit = Math.Clamp(max, 1, LargestPage);
        while (profiles.Count < max && after is { } from)
        {
            (var page, after) = await PageAsync(from, limit, cancellationToken);
            profiles.AddRange(await CurrentAsync(page, cancellationToken));
        }

        return profiles.Count <= max ? profiles : profiles[..Math.Max(max, 0)];
    }

    /// <summary>The next entries in order, and where to go on; null when there are no more.</summary>
    private async ValueTask<(List<UserChange> Page, UserChange? Last)> PageAsync(
        UserChange after, int limit, CancellationToken cancellationToken)
    {
        var shards = await Task.WhenAll(Enumerable.Range(0, DirectoryStatements.ChangeShards).Select(
            shard => session.ReadAsync(DirectoryStatements.ChangesAfter, (shard, after, limit), cancellationToken).AsTask()));

        // A shard that filled its page may hold more right after it; what others have beyond must wait.
        UserChange? horizon = null;
        foreach (var shard in shards)
        {
            if (shard.Count == limit && (horizon is not { } known || shard[^1].CompareTo(known) < 0))
                horizon = shard[^1];
        }

        List<UserChange> page = [.. shards.SelectMany(static shard => shard).Where(change => horizon is not { } end || change.CompareTo(end) <= 0)];
        page.Sort();
        return (page, horizon);
    }

    /// <summary>The users whose last change these are, in the same order. Entries of older changes, or of none at all, count nothing.</summary>
    private async ValueTask<IEnumerable<UserProfile>> CurrentAsync(List<UserChange> page, CancellationToken cancellationToken)
    {
        var profiles = (await profilesOf(page, cancellationToken)).ToDictionary(static profile => profile.Id);
        return page
            .Where(change => profiles.TryGetValue(change.User, out var profile) && profile.UpdatedSeconds == change.Updated)
            .Select(change => profiles[change.User]);
    }
}
