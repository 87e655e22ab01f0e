using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Ports;
using BrokerIm.Gateway.Commands;

namespace BrokerIm.Gateway.Queries;

/// <summary>The users changed since a client last asked, as many as fit into one frame (protocol chapter 04 section 2).</summary>
/// <param name="directory">Where they are.</param>
/// <param name="strict">See <see cref="ChangedSince{T}"/>.</param>
internal sealed class UserList(IUserDirectory directory, bool strict)
{
    private const uint HasLeft = 3;
    private const int FirstPageUsers = 1_000;

    private readonly ChangedSince<(UserProfile Profile, UserInfo Info)> _list = new(
        user => user.Profile.UpdatedSeconds, user => ReplyBudget.SizeOf(user.Info), ReplyBudget.ListBytes, strict);

    /// <summary>Reads page by page until the frame is full or nothing is left.</summary>
    /// <param name="sinceSeconds">Inclusive; 0 leaves out who has left, because the client does not know them yet.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask<IReadOnlyList<(UserProfile Profile, UserInfo Info)>> ReadAsync(
        uint sinceSeconds, CancellationToken cancellationToken)
    {
        var since = (long)sinceSeconds;
        var pageUsers = FirstPageUsers;
        while (!_list.IsFull)
        {
            var page = await directory.ListChangedAsync(since, pageUsers, cancellationToken);
            var last = page.Count < pageUsers;
            var whole = last ? page : WholeSeconds(page);
            if (!last && whole.Count == 0)
            {
                pageUsers *= 2;
                continue;
            }

            _list.Add([.. whole
                .Where(profile => sinceSeconds > 0 || profile.Status != HasLeft)
                .Select(profile => (profile, profile.ToWire()))]);
            if (last)
                break;
            since = whole[^1].UpdatedSeconds + 1;
        }

        return _list.Selected;
    }

    /// <summary>A full page may end in the middle of a second; that second belongs to the next page.</summary>
    private static IReadOnlyList<UserProfile> WholeSeconds(IReadOnlyList<UserProfile> page)
    {
        var lastSecond = page[^1].UpdatedSeconds;
        return [.. page.TakeWhile(profile => profile.UpdatedSeconds != lastSecond)];
    }
}
