using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;

namespace BrokerIm.Core.Conversations;

/// <summary>
/// Who is and was in a group, for whoever delivers its messages: a copy of the store that follows the group's events. A copy may be
/// ahead of the events it is then told; those change nothing.
/// </summary>
/// <remarks>Not safe for several threads.</remarks>
public sealed class GroupRoster
{
    private readonly Dictionary<UserId, Membership> _newest;

    // Stays that ended before the user came back: needed only for messages of that time that are still under way.
    private readonly List<Membership> _earlier = [];
    private UserId[]? _settled;
    private uint _settledFrom;

    /// <summary>Takes a copy.</summary>
    /// <param name="memberships">All of the group, as <see cref="IGroupReader.MembersAsync"/> reads them.</param>
    public GroupRoster(IReadOnlyList<Membership> memberships)
    {
        _newest = new(memberships.Count);
        foreach (var membership in memberships)
        {
            if (_newest.TryGetValue(membership.User, out var older))
                _earlier.Add(older);
            _newest[membership.User] = membership;
            LastChange = Math.Max(LastChange, Math.Max(membership.JoinedAt, membership.LeftAt));
        }

        Count = _newest.Values.Count(static membership => membership.IsOpen);
    }

    /// <summary>Members at the moment.</summary>
    public int Count { get; private set; }

    /// <summary>Write timestamp of the newest change known here.</summary>
    public long LastChange { get; private set; }

    /// <summary>Members at the moment, by id.</summary>
    public IEnumerable<UserId> Members => _newest.Values.Where(static membership => membership.IsOpen)
        .Select(static membership => membership.User).Order();

    /// <summary>Users joined.</summary>
    /// <param name="users">Who.</param>
    /// <param name="position">Write timestamp of the event.</param>
    /// <param name="head">The group's newest message then.</param>
    public void Join(IEnumerable<UserId> users, long position, uint head)
    {
        foreach (var user in users)
        {
            var known = _newest.TryGetValue(user, out var newest);
            if (known && newest.JoinedAt >= position)
                continue;

            if (known)
                _earlier.Add(newest);
            Count += known && newest.IsOpen ? 0 : 1;
            _newest[user] = new(user, position, head);
        }

        Changed(position);
    }

    /// <summary>Users left.</summary>
    /// <inheritdoc cref="Join"/>
    public void Leave(IEnumerable<UserId> users, long position, uint head)
    {
        foreach (var user in users)
        {
            if (!_newest.TryGetValue(user, out var newest) || !newest.IsOpen || newest.JoinedAt >= position)
                continue;

            _newest[user] = newest with { LeftAt = position, LeaveHead = head };
            Count--;
        }

        Changed(position);
    }

    /// <summary>Whether a user sees a message.</summary>
    public bool Sees(UserId user, uint messageId) => (_newest.TryGetValue(user, out var newest) && newest.Sees(messageId))
        || _earlier.Exists(stay => stay.User == user && stay.Sees(messageId));

    /// <summary>Who sees a message. The array is shared between messages and must not be changed.</summary>
    public UserId[] SeersOf(uint messageId)
    {
        if (_settled is not null && messageId >= _settledFrom)
            return _settled;

        UserId[] seers =
        [
            .. _newest.Values.Where(membership => membership.Sees(messageId))
                .Concat(_earlier.Where(membership => membership.Sees(messageId)))
                .Select(static membership => membership.User).Distinct(),
        ];

        // Above the last join and leave everybody who is a member sees everything.
        var settledFrom = 1 + _newest.Values.Select(static membership => Math.Max(membership.JoinHead, membership.LeaveHead))
            .DefaultIfEmpty().Max();
        if (messageId >= settledFrom)
            (_settled, _settledFrom) = (seers, settledFrom);
        return seers;
    }

    private void Changed(long position)
    {
        LastChange = Math.Max(LastChange, position);
        _settled = null;
    }
}
