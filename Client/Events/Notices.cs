namespace BrokerIm.Client.Events;

/// <summary>
/// Events other than messages that wait to be read. Of each thing only the latest state is kept, so they are as many as there
/// are things and not as many as there were changes. Safe for several threads.
/// </summary>
internal sealed class Notices
{
    private readonly Lock _gate = new();
    private readonly Dictionary<object, LinkedListNode<(object Key, ImEvent Event)>> _byKey = [];
    private readonly LinkedList<(object Key, ImEvent Event)> _order = [];

    /// <summary>Adds an event, in place of the earlier one about the same thing.</summary>
    public void Put(ImEvent notice)
    {
        var key = KeyOf(notice);
        lock (_gate)
        {
            if (_byKey.Remove(key, out var earlier))
                _order.Remove(earlier);
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

    private static object KeyOf(ImEvent notice) => notice switch
    {
        UserStatusChanged status => status.User,
        MessageRead read => read.Peer,
        _ => notice.GetType(),
    };
}
