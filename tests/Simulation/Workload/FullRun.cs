using BrokerIm.Contracts.Records;
using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Values;
using BrokerIm.Simulation.Clients;
using BrokerIm.Simulation.Engine;
using BrokerIm.Simulation.Variants;
using Google.Protobuf;

namespace BrokerIm.Simulation.Workload;

/// <summary>
/// A run of everything: clients on gateways, Persist, Deliver, and an operator who changes groups. At its end every device that is online
/// must hold what it may see.
/// </summary>
internal sealed class FullRun : IRun
{
    private const uint FirstUser = 1001;
    private const uint Group = 1;

    private static readonly TimeSpan s_setUp = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan s_storm = TimeSpan.FromSeconds(25);
    private static readonly TimeSpan s_calm = TimeSpan.FromSeconds(70);

    private readonly Cluster _cluster;
    private readonly Scheduler _scheduler;
    private readonly FullSize _size;
    private readonly Devices _devices;
    private readonly Supervisor _persist;
    private readonly Supervisor _deliver;
    private readonly Publisher _operator;
    private readonly Weather _storm;
    private ulong _requests;

    public FullRun(Scheduler scheduler, Variant variant, Weather storm, ClusterSize cluster, FullSize size, CrashPlan crashes)
    {
        (_scheduler, _size, _storm) = (scheduler, size, storm);
        _cluster = new(scheduler, storm, cluster, variant);
        _cluster.Replicas.RepairsOnRead = true;
        _persist = new(scheduler, number => new PersistWorker(_cluster, number, crashes), cluster.Workers);
        _deliver = new(scheduler, number => new DeliverWorker(_cluster, number, crashes), cluster.Workers);
        _devices = new(_cluster, crashes, size.Gateways, Users);
        _operator = new(_cluster, 1);
    }

    private IEnumerable<UserId> Users => Enumerable.Range(0, _size.Users).Select(static i => new UserId(FirstUser + (uint)i));

    /// <summary>A run drawn by its seed.</summary>
    public static FullRun Draw(Scheduler scheduler, Variant variant)
    {
        var weather = Weather.Draw(scheduler.Random);
        return new(
            scheduler, variant, weather, ClusterSize.Draw(scheduler.Random), FullSize.Draw(scheduler.Random),
            new ChanceCrashes(scheduler, weather));
    }

    public void Dispose() => _cluster.Dispose();

    public void Run()
    {
        _persist.Start();
        _deliver.Start();
        _devices.Start();
        Change(EntryKind.GroupCreate, [.. Users.Take(3)]);
        SayLater(_size.Messages);
        if (_size.Troubles)
            TroubleLater();
        _scheduler.RunUntil(s_setUp + s_storm);

        _storm.ClearUp();
        _scheduler.RunUntil(s_setUp + s_storm + s_calm);
        if (_scheduler.Violation is not null)
            return;

        foreach (var device in _devices.All)
            device.CheckEnd();
        _persist.ReplaceAll();
        _scheduler.RunUntil(s_setUp + s_storm + s_calm + s_setUp);
        _cluster.Replicas.Repair();
        _cluster.Checker.CheckEnd((int)_cluster.DeadLetters.EndOf(0));
    }

    private void SayLater(int messages)
    {
        if (messages == 0)
            return;

        _scheduler.After(messages == _size.Messages ? s_setUp : _scheduler.Within(2 * s_storm / _size.Messages), null, "", () =>
        {
            var device = _devices.All[_scheduler.Random.Next(_devices.All.Count)];
            device.Say(_scheduler.Happens(0.4) ? ConversationId.Group(Group) : ConversationId.Pair(device.User, PeerOf(device.User)));
            SayLater(messages - 1);
        });
    }

    private UserId PeerOf(UserId user)
    {
        var index = user.Value - FirstUser;
        return new(FirstUser + ((index + 1 + (uint)_scheduler.Random.Next(_size.Users - 1)) % (uint)_size.Users));
    }

    private void TroubleLater() => _scheduler.After(_scheduler.Within(s_storm / 4), null, "", () =>
    {
        if (_scheduler.Now >= s_setUp + s_storm)
            return;

        switch (_scheduler.Random.Next(8))
        {
            case 0:
                _cluster.Presence.Wipe();
                break;
            case 1:
                _cluster.Persist.Rebalance();
                break;
            case 2:
                _cluster.Deliver.Rebalance();
                break;
            case 3 or 4:
                _devices.All[_scheduler.Random.Next(_devices.All.Count)].HangUp();
                break;
            case 5 or 6:
                Change(EntryKind.GroupAdd, [AnyUser()]);
                break;
            default:
                Change(EntryKind.GroupRemove, [AnyUser()]);
                break;
        }

        TroubleLater();
    });

    private UserId AnyUser() => new(FirstUser + (uint)_scheduler.Random.Next(_size.Users));

    // An operator's command: no sender, no connection.
    private void Change(EntryKind kind, List<UserId> users)
    {
        var id = new byte[ClientMessageId.Size];
        new ClientMessageId((ulong)_operator.NowMs << 16, ++_requests).Write(id);
        var entry = new InboundEntry
        {
            Kind = kind,
            Relation = ConversationId.Group(Group).Value,
            StampMs = (ulong)_operator.NowMs,
            ClientMessageId = ByteString.CopyFrom(id),
        };
        entry.Users.Add(users.Select(static user => user.Value));
        if (kind == EntryKind.GroupCreate)
            entry.Group = new() { Type = (uint)GroupType.Normal, Name = "group" };
        _scheduler.Trace.Add(_scheduler.Now, "operator", $"{kind} {string.Join(' ', users)}");
        _operator.Publish([entry]);
    }
}

/// <summary>How much happens in a run of everything.</summary>
/// <param name="Users">Users, at least 3.</param>
/// <param name="Gateways">Gateways.</param>
/// <param name="Messages">Messages that clients send.</param>
/// <param name="Troubles">Whether clients hang up, groups change, presence is wiped and partitions change hands.</param>
internal sealed record FullSize(int Users, int Gateways, int Messages, bool Troubles)
{
    /// <summary>Draws a size.</summary>
    public static FullSize Draw(Random random) =>
        new(random.Next(3, 5), random.Next(1, 4), random.Next(10, 41), Troubles: random.Next(5) > 0);
}
