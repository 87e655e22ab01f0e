using BrokerIm.Contracts.Records;
using BrokerIm.Core.Conversations;
using BrokerIm.Core.Values;

namespace BrokerIm.Workers.Deliver;

/// <summary>Who an event of a group is for; nothing for an event of a pair, which names its two users itself.</summary>
/// <param name="Users">
/// Receivers of a message. Of a change: the members after it, by id; who joined is among them, who left is not.
/// </param>
/// <param name="Everywhere">
/// Whether the group is so large that gateways know its members themselves, and a message goes to every gateway once.
/// </param>
/// <param name="Position">Write timestamp of the newest change of the group.</param>
/// <param name="Before">The same before the event.</param>
internal readonly record struct Audience(UserId[]? Users, bool Everywhere, long Position, long Before)
{
    /// <summary>Follows an event of a group and tells for whom it is.</summary>
    /// <param name="told">A stored message, or a command to the group.</param>
    /// <param name="roster">The group as it was before the event.</param>
    /// <param name="largeFrom">Members from which on a group is large.</param>
    public static Audience Of(OutboundEvent told, GroupRoster roster, int largeFrom)
    {
        if (told.Kind == EventKind.Stored)
        {
            return roster.Count >= largeFrom
                ? new([], Everywhere: true, roster.LastChange, roster.LastChange)
                : new(roster.SeersOf(told.MessageId), Everywhere: false, roster.LastChange, roster.LastChange);
        }

        var (wasLarge, before) = (roster.Count >= largeFrom, roster.LastChange);
        if (told.Outcome == SendOutcome.Stored)
            Follow(told, roster);
        var isLarge = wasLarge || roster.Count >= largeFrom;
        return new([.. roster.Members], isLarge, roster.LastChange, before);
    }

    private static void Follow(OutboundEvent told, GroupRoster roster)
    {
        var users = told.Change.Users.Select(static user => new UserId(user));
        if (told.Change.Kind == EntryKind.GroupRemove)
            roster.Leave(users, told.Change.Position, told.MessageId);
        else if (told.Change.Kind is EntryKind.GroupAdd or EntryKind.GroupCreate)
            roster.Join(users, told.Change.Position, told.MessageId);
    }
}
