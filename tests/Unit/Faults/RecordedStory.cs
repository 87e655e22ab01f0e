using BrokerIm.Faults.History;

namespace BrokerIm.Tests.Unit.Faults;

/// <summary>Bugs that a server could have, each against one rule of the checker.</summary>
public enum Bug
{
    None,
    AckedBeforeStored,
    NoDuplicateIsFound,
    CounterSkips,
    PushesExchangeContents,
    FiveInFlightWithoutIdempotence,
    OrderedByTheClockOfTheGateway,
    RefusedOnTimeoutAndStored,
    ReadMarkIsAPlainWrite,
    ReadMarkPassesTheHead,
    UnreadFromTheCacheOnly,
    PushesInParallel,
    LastPushIsDropped,
    PresenceAfterTheHeadRead,
    RemovedMembersStillSee,
}

/// <summary>
/// A made-up run: three users in two pairs and a group, one of them with a phone that comes and goes, and a fourth who is in the
/// group for a while. The server in it has at most one bug.
/// </summary>
internal sealed class RecordedStory
{
    private const string FirstPair = "pair:1-2";
    private const string SecondPair = "pair:2-3";
    private const string Group = "group:9";
    private const string Phone = "2-phone";
    private const string Guest = "4-pc";
    private const uint GuestUser = 4;

    private static readonly Dictionary<string, uint[]> s_members = new()
    {
        [FirstPair] = [1, 2], [SecondPair] = [2, 3], [Group] = [1, 2, 3],
    };

    private static readonly (string Device, uint User)[] s_devices = [("1-pc", 1), ("2-pc", 2), (Phone, 2), ("3-pc", 3), (Guest, GuestUser)];

    private readonly List<HistoryEvent> _events = [];
    private readonly Dictionary<string, SortedDictionary<uint, PageMessage>> _stored = s_members.Keys.ToDictionary(
        static conversation => conversation, static _ => new SortedDictionary<uint, PageMessage>());

    private readonly Dictionary<(string Conversation, uint User), uint> _marks = [];
    private readonly HashSet<string> _online = [.. s_devices.Select(static device => device.Device)];
    private readonly Random _random;
    private readonly Bug _bug;
    private bool _guestIsMember;
    private long _now;
    private int _cids;

    private RecordedStory(int seed, Bug bug) => (_random, _bug) = (new(seed), bug);

    /// <summary>The events of a run.</summary>
    public static IReadOnlyList<HistoryEvent> Of(int seed, Bug bug)
    {
        var story = new RecordedStory(seed, bug);
        story.Run();
        return story._events;
    }

    private void Run()
    {
        Enter(Phase.Warm);
        foreach (var (device, user) in s_devices)
            Note(at => new Connected(at, device, user));
        foreach (var user in s_members[Group])
            Note(at => new MembershipChanged(at, "1-pc", Group, at - 1, user, IsMember: true, IsKnown: true));

        Talk(40);
        Enter(Phase.Fault);
        ChangeGuest(isMember: true);
        Talk(20);
        Misbehave();
        ChangeGuest(isMember: false);
        Talk(20);
        if (_bug == Bug.RemovedMembersStillSee)
        {
            Say("1-pc", Group);
            Push(Guest, Group, _stored[Group].Values.Last());
        }

        Enter(Phase.Healed);
        Talk(20);
        End();
    }

    private void Misbehave()
    {
        switch (_bug)
        {
            case Bug.AckedBeforeStored:
                var early = Invoke("1-pc", Group);
                var head = Head(Group);
                Acked(early, head + 1);
                var asked = ++_now;
                Note(at => new PageRead(at, "3-pc", Group, asked, 1, head + 1, [.. _stored[Group].Values]));
                PushToAll(early, Store(Group, early));
                break;
            case Bug.NoDuplicateIsFound:
                var twice = Say("1-pc", FirstPair);
                PushToAll(twice, Store(FirstPair, twice));
                break;
            case Bug.CounterSkips:
                var skipping = Invoke("1-pc", FirstPair);
                var far = Store(FirstPair, skipping, Head(FirstPair) + 2);
                Acked(skipping, far);
                PushToAll(skipping, far);
                break;
            case Bug.PushesExchangeContents:
                Exchange(Say("1-pc", Group, "3-pc"), Say("1-pc", Group, "3-pc"));
                break;
            case Bug.FiveInFlightWithoutIdempotence:
                OutOfOrder("1-pc", "1-pc", ackedBetween: false);
                break;
            case Bug.OrderedByTheClockOfTheGateway:
                OutOfOrder("1-pc", "3-pc", ackedBetween: true);
                break;
            case Bug.RefusedOnTimeoutAndStored:
                var refused = Invoke("1-pc", FirstPair);
                PushToAll(refused, Store(FirstPair, refused));
                Note(at => new SendFailed(at, "1-pc", FirstPair, refused.Cid, "time-out"));
                break;
            case Bug.ReadMarkIsAPlainWrite:
                Say("2-pc", FirstPair);
                Mark("1-pc", FirstPair);
                Show("1-pc", FirstPair);
                Show("1-pc", FirstPair, _stored[FirstPair].Values.Count(static message => message.Sender != 1));
                break;
            case Bug.ReadMarkPassesTheHead:
                Mark("1-pc", FirstPair);
                Say("2-pc", FirstPair);
                Show("1-pc", FirstPair, 0);
                break;
            case Bug.PushesInParallel:
                var (second, first) = (Say("1-pc", Group, "3-pc"), Say("1-pc", Group, "3-pc"));
                Push("3-pc", Group, _stored[Group].Values.Single(message => message.Cid == first.Cid));
                Push("3-pc", Group, _stored[Group].Values.Single(message => message.Cid == second.Cid));
                break;
        }
    }

    private void End()
    {
        Say("2-pc", FirstPair, _bug == Bug.LastPushIsDropped ? "1-pc" : null);
        if (_bug == Bug.PresenceAfterTheHeadRead || !_online.Contains(Phone))
            Reconnect(missing: _bug == Bug.PresenceAfterTheHeadRead);
        Mark("1-pc", FirstPair);

        Enter(Phase.Quiet);
        foreach (var (device, user) in s_devices.Where(static device => device.Device != Guest))
        {
            foreach (var conversation in ConversationsOf(user))
            {
                Page(device, conversation, 1);
                Show(device, conversation, _bug == Bug.UnreadFromTheCacheOnly && (device, conversation) == ("1-pc", FirstPair) ? 1 : null);
            }
        }
    }

    private void Talk(int steps)
    {
        for (var step = 0; step < steps; step++)
        {
            var (device, user) = s_devices.Where(static device => device.Device is not (Phone or Guest)).ElementAt(_random.Next(3));
            var conversation = ConversationsOf(user).ElementAt(_random.Next(ConversationsOf(user).Count()));
            switch (_random.Next(12))
            {
                case 0:
                    var again = Say(device, conversation);
                    Note(at => again with { At = at });
                    Acked(again, _stored[conversation].Values.Single(message => message.Cid == again.Cid).Id);
                    break;
                case 1:
                    var unknown = Invoke(device, conversation);
                    if (_random.Next(2) == 0)
                        PushToAll(unknown, Store(conversation, unknown));
                    Note(at => new SendUnknown(at, device, conversation, unknown.Cid, "no answer"));
                    break;
                case 2:
                    var refused = Invoke(device, conversation);
                    Note(at => new SendFailed(at, device, conversation, refused.Cid, "refused"));
                    break;
                case 3:
                    Page(device, conversation, 1);
                    break;
                case 4:
                    Mark(device, conversation);
                    break;
                case 5:
                    Show(device, conversation);
                    break;
                case 6 when _online.Remove(Phone):
                    Note(at => new Disconnected(at, Phone, "cut"));
                    break;
                case 6:
                    Reconnect(missing: false);
                    break;
                default:
                    Say(device, conversation);
                    break;
            }
        }
    }

    private SendInvoked Say(string device, string conversation, string? notTo = null)
    {
        var sent = Invoke(device, conversation);
        var stored = Store(conversation, sent);
        Acked(sent, stored.Id);
        PushToAll(sent, stored, notTo);
        return sent;
    }

    private void OutOfOrder(string firstDevice, string secondDevice, bool ackedBetween)
    {
        var head = Head(Group);
        var first = Invoke(firstDevice, Group);
        var second = ackedBetween ? null : Invoke(secondDevice, Group);
        Acked(first, head + 2);
        second ??= Invoke(secondDevice, Group);
        Acked(second, head + 1);
        var (lower, higher) = (Store(Group, second, head + 1), Store(Group, first, head + 2));
        PushToAll(second, lower);
        PushToAll(first, higher);
    }

    private void Exchange(SendInvoked one, SendInvoked other)
    {
        var messages = _stored[Group].Values;
        var (first, second) = (messages.Single(message => message.Cid == one.Cid), messages.Single(message => message.Cid == other.Cid));
        Push("3-pc", Group, first with { Cid = second.Cid, Hash = second.Hash });
        Push("3-pc", Group, second with { Cid = first.Cid, Hash = first.Hash });
    }

    // A client that comes back registers first and reads then; the other way round it misses what comes between.
    private void Reconnect(bool missing)
    {
        if (_online.Remove(Phone))
            Note(at => new Disconnected(at, Phone, "cut"));
        if (missing)
        {
            PageAll();
            Say("3-pc", SecondPair);
        }

        _online.Add(Phone);
        Note(at => new Connected(at, Phone, 2));
        if (!missing)
            PageAll();

        void PageAll()
        {
            foreach (var conversation in ConversationsOf(2))
                Page(Phone, conversation, missing ? Head(conversation) + 1 : 1);
        }
    }

    private void ChangeGuest(bool isMember)
    {
        var invoked = _now;
        Note(at => new MembershipChanged(at + 1, "1-pc", Group, invoked, GuestUser, isMember, IsKnown: true));
        _now++;
        _guestIsMember = isMember;
    }

    private SendInvoked Invoke(string device, string conversation)
    {
        var cid = $"cid{_cids++}";
        var sent = new SendInvoked(++_now, device, conversation, cid, $"hash of {cid}");
        _events.Add(sent);
        return sent;
    }

    private PageMessage Store(string conversation, SendInvoked sent, uint? id = null)
    {
        var sender = s_devices.Single(device => device.Device == sent.Device).User;
        var stored = new PageMessage(id ?? Head(conversation) + 1, sent.Cid, sent.Hash, sender);
        _stored[conversation].Add(stored.Id, stored);
        if (ConversationKey.IsGroup(conversation))
            _marks[(conversation, sender)] = stored.Id;
        return stored;
    }

    private uint Store(string conversation, SendInvoked sent, uint id) => Store(conversation, sent, (uint?)id).Id;

    private void Acked(SendInvoked sent, uint id) =>
        Note(at => new SendAcked(at, sent.Device, sent.Conversation, sent.Cid, id));

    private void PushToAll(SendInvoked sent, uint id) => PushToAll(sent, _stored[sent.Conversation][id]);

    private void PushToAll(SendInvoked sent, PageMessage stored, string? notTo = null)
    {
        foreach (var (device, user) in s_devices)
        {
            var sees = s_members[sent.Conversation].Contains(user) || (user == GuestUser && _guestIsMember && sent.Conversation == Group);
            if (sees && _online.Contains(device) && device != sent.Device && device != notTo)
                Push(device, sent.Conversation, stored);
        }
    }

    private void Push(string device, string conversation, PageMessage message) =>
        Note(at => new Pushed(at, device, conversation, message.Id, message.Cid, message.Hash));

    private void Page(string device, string conversation, uint from)
    {
        var invoked = ++_now;
        var messages = _stored[conversation].Values.Where(message => message.Id >= from).ToList();
        Note(at => new PageRead(at, device, conversation, invoked, from, Head(conversation), messages));
    }

    private void Mark(string device, string conversation)
    {
        Note(at => new Marked(at, device, conversation, Head(conversation)));
        _marks[(conversation, s_devices.Single(one => one.Device == device).User)] = Head(conversation);
    }

    private void Show(string device, string conversation, int? count = null)
    {
        var user = s_devices.Single(one => one.Device == device).User;
        var mark = _marks.GetValueOrDefault((conversation, user));
        var unread = count ?? _stored[conversation].Values.Count(message => message.Sender != user && message.Id > mark);
        var invoked = ++_now;
        Note(at => new UnreadShown(at, device, conversation, invoked, (uint)unread, unread == 0 ? 0 : Head(conversation)));
    }

    private static IEnumerable<string> ConversationsOf(uint user) =>
        s_members.Where(members => members.Value.Contains(user)).Select(static members => members.Key);

    private uint Head(string conversation) => _stored[conversation].Keys.LastOrDefault();

    private void Enter(Phase phase) => Note(at => new PhaseBegan(at, PhaseBegan.Run, phase));

    private void Note(Func<long, HistoryEvent> happened) => _events.Add(happened(++_now));
}
