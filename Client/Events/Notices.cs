namespace BrokerIm.Client.Events;

/// <summary>
/// Events other than messages that wait to be read. Of each thing only the latest state is kept, so they are as many as there
/// are things and not as many as there were changes. Safe for several threads.
/// </summary>
/// <param name="capacity">What is no state of anything is kept so often; then the oldest goes.</param>
internal sealed class Notices(int capacity)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<object, LinkedListNode<(object Key, ImEvent Event)>> _byKey = [];
    private readonly LinkedList<(object Key, ImEvent Event)> _order = [];
    private int _said;

    /// <summary>Adds an event, in place of the earlier one about the same thing.</summary>
    public void Put(ImEvent notice)
    {
        lock (_gate)
        {
            var key = KeyOf(notice);
            if (_byKey.Remove(key, out var earlier))
            {
                _order.Remove(earlier);
                notice = Merge(earlier.Value.Event, notice);
            }

            _byKey.Add(key, _order.AddLast((key, notice)));
        }
    }

    /// <summary>Takes the oldest event.</summary>
    public bool TryTake(out ImEvent notice)
    {
        lock (_gate)
        {
            if (_order.First is not { } first)
            {
                notice = null!;
                return false;
            }

            _order.RemoveFirst();
            _byKey.Remove(first.Value.Key);
            notice = first.Value.Event;
            return true;
        }
    }

    // What happened is part of this event, so it must not vanish with the earlier one. Whoever came and went did neither.
    private static ImEvent Merge(ImEvent earlier, ImEvent later) =>
        earlier is GroupMembersChanged before && later is GroupMembersChanged now
            ? now with
            {
                Added = [.. before.Added.Except(now.Removed).Union(now.Added.Except(before.Removed))],
                Removed = [.. before.Removed.Except(now.Added).Union(now.Removed.Except(before.Added))],
            }
            : later;

    private object KeyOf(ImEvent notice) => notice switch
    {
        UserStatusChanged status => (typeof(UserStatusChanged), status.User),
        UserTyping typing => (typeof(UserTyping), typing.User),
        SignatureChanged signature => (typeof(SignatureChanged), signature.User),
        AvatarChanged avatar => (typeof(AvatarChanged), avatar.User),
        MessageRead read => (typeof(MessageRead), read.Peer),
        SessionRemoved removed => (typeof(SessionRemoved), removed.Peer),
        GroupMembersChanged change => (typeof(GroupMembersChanged), change.Group),
        P2PReceived => (typeof(P2PReceived), (_said = (_said + 1) % capacity)),
        _ => notice.GetType(),
    };
}
