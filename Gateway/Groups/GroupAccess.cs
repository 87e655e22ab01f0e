using System.Collections.Concurrent;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;

namespace BrokerIm.Gateway.Groups;

/// <summary>Who may see and use a group. The fold of the log has the last word on what changes it; this is the word on reads.</summary>
internal sealed class GroupAccess(IGroupReader groups, QueryDeadline deadline, TimeProvider time)
{
    /// <summary>How long a member counts as one when he sends. The fold refuses whoever was removed meanwhile.</summary>
    private static readonly TimeSpan s_lifetime = TimeSpan.FromSeconds(30);

    private const int MaxRemembered = 200_000;

    private readonly ConcurrentDictionary<(uint Group, UserId User), long> _members = new();

    /// <summary>
    /// Whether to let a user's message to a group into the log. "No" is never remembered: who was added a moment ago sends at once.
    /// </summary>
    /// <exception cref="DependencyUnavailableException">The store did not answer.</exception>
    public ValueTask<bool> IsMemberAsync(uint group, UserId user, CancellationToken cancellationToken) =>
        _members.TryGetValue((group, user), out var askedAt) && time.GetElapsedTime(askedAt) < s_lifetime
            ? new(true)
            : AskAsync(group, user, cancellationToken);

    /// <summary>The user's stay in the group, null when he is no member now.</summary>
    /// <exception cref="DependencyUnavailableException">The store did not answer.</exception>
    public async ValueTask<Membership?> MembershipAsync(uint group, UserId user, CancellationToken cancellationToken) =>
        await NewestStayAsync(group, user, cancellationToken) is { IsOpen: true } membership ? membership : null;

    /// <summary>The user's present stay in the group or his last one, null when he never was a member.</summary>
    /// <exception cref="DependencyUnavailableException">The store did not answer.</exception>
    public async ValueTask<Membership?> NewestStayAsync(uint group, UserId user, CancellationToken cancellationToken)
    {
        if (!ConversationId.Group(group).IsValid)
            return null;

        var found = await deadline.AskAsync(token => groups.MembershipsAsync([(group, user)], token), cancellationToken);
        return found[0];
    }

    private async ValueTask<bool> AskAsync(uint group, UserId user, CancellationToken cancellationToken)
    {
        var askedAt = time.GetTimestamp();
        if (await MembershipAsync(group, user, cancellationToken) is null)
            return false;

        if (_members.Count >= MaxRemembered)
            _members.Clear();
        _members[(group, user)] = askedAt;
        return true;
    }
}
