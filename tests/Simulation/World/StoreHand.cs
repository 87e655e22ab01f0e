using BrokerIm.Contracts.Records;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using BrokerIm.Simulation.Engine;

namespace BrokerIm.Simulation.World;

/// <summary>One process's hand on the store.</summary>
internal sealed partial class StoreHand(Wire wire, Replicas replicas, Scheduler scheduler) : IConversationStore
{
    public async ValueTask<IReadOnlyList<MessageHead?>> LoadAsync(
        IReadOnlyList<(ConversationId Conversation, long Bound)> keys, CancellationToken cancellationToken) =>
        await AskAsync<IReadOnlyList<MessageHead?>>(
            "store.load", () => [.. keys.Select(key => NewestBelow(key.Conversation, key.Bound))], cancellationToken);

    public async ValueTask<IReadOnlyList<MessageHead>> LoadWindowAsync(
        ConversationId conversation, long bound, uint beforeId, long untilMs, int max, CancellationToken cancellationToken) =>
        await AskAsync<IReadOnlyList<MessageHead>>("store.window", () =>
        {
            var window = new List<MessageHead>();
            foreach (var (key, cell) in MessagesOf(conversation).Where(row => row.Key.One < beforeId && row.Value.WrittenAt < bound)
                .OrderByDescending(static row => row.Key.One))
            {
                window.Add(HeadOf((uint)key.One, cell));
                if (window.Count >= max || (long)window[^1].Meta.TimeMs < untilMs)
                    break;
            }

            return window;
        }, cancellationToken);

    public async ValueTask<IReadOnlyList<GroupFacts?>> LoadGroupsAsync(
        IReadOnlyList<(uint Group, long Bound)> keys, CancellationToken cancellationToken) =>
        await AskAsync<IReadOnlyList<GroupFacts?>>(
            "store.load_groups", () => [.. keys.Select(key => FactsBelow(key.Group, key.Bound))], cancellationToken);

    public async ValueTask<IReadOnlyList<Membership?>> LoadMembershipsAsync(
        IReadOnlyList<(uint Group, UserId User, long Bound)> keys, CancellationToken cancellationToken) =>
        await AskAsync<IReadOnlyList<Membership?>>(
            "store.load_members", () => [.. keys.Select(key => NewestStay(key.Group, key.User, key.Bound))], cancellationToken);

    public async ValueTask WriteAsync(StoreBatch batch, CancellationToken cancellationToken)
    {
        var parts = StoreWriting.CellsOf(batch);
        await wire.AskAsync<bool>("store.write", answer =>
        {
            var missing = parts.Count;
            foreach (var part in parts)
            {
                replicas.Write(part, () =>
                {
                    if (--missing == 0)
                        answer(true);
                });
            }
        }).WaitAsync(TimeSpan.FromSeconds(2), wire.Node.Time, cancellationToken).OrUnavailable();
    }

    public async ValueTask<IReadOnlyDictionary<int, long>> ReadProgressAsync(int epoch, CancellationToken cancellationToken) =>
        await AskAsync<IReadOnlyDictionary<int, long>>(
            "store.read_progress",
            () => replicas.Read(new(Table.Progress, 0)).ToDictionary(static row => (int)row.Key.One, static row => row.Value.Number),
            cancellationToken);

    public async ValueTask WriteProgressAsync(
        int epoch, IReadOnlyList<(int Partition, long NextOffset)> progress, CancellationToken cancellationToken)
    {
        CellWrite[] writes = [.. progress.Select(static one =>
            CellWrite.Register(new(Table.Progress, 0), new((ulong)one.Partition), one.NextOffset))];
        await wire.AskAsync<bool>("store.write_progress", answer => replicas.Write(writes, () => answer(true)))
            .WaitAsync(TimeSpan.FromSeconds(2), wire.Node.Time, cancellationToken).OrUnavailable();
    }

    public async ValueTask<IReadOnlyList<LogPosition>> ReadSkipsAsync(
        int epoch, int partition, long fromOffset, CancellationToken cancellationToken) =>
        await AskAsync<IReadOnlyList<LogPosition>>("store.read_skips", () =>
        [
            .. replicas.Read(new(Table.Skip, (ulong)partition)).Keys.Where(key => (long)key.One >= fromOffset)
                .Select(key => new LogPosition(epoch, partition, (long)key.One, (int)key.Two - 1)),
        ], cancellationToken);

    private Task<T> AskAsync<T>(string call, Func<T> read, CancellationToken cancellationToken)
    {
        scheduler.Stay(call);
        return wire.AskAsync(call, read).WaitAsync(cancellationToken);
    }

    private Dictionary<RowKey, Cell> MessagesOf(ConversationId conversation) => replicas.Read(new(Table.Message, conversation.Value));

    private MessageHead? NewestBelow(ConversationId conversation, long bound)
    {
        var (id, newest) = (0u, default(Cell));
        foreach (var (key, cell) in MessagesOf(conversation))
        {
            if (cell.WrittenAt < bound && key.One > id)
                (id, newest) = ((uint)key.One, cell);
        }

        return newest is null ? null : HeadOf(id, newest);
    }

    private GroupFacts? FactsBelow(uint group, long bound)
    {
        Cell? newest = null;
        foreach (var (_, cell) in replicas.Read(new(Table.GroupEvent, group)))
        {
            if (cell.WrittenAt < bound && (newest is null || cell.WrittenAt > newest.WrittenAt))
                newest = cell;
        }

        return newest is null ? null : GroupFacts.Parser.ParseFrom(newest.Meta.Span);
    }

    private Membership? NewestStay(uint group, UserId user, long bound)
    {
        var stays = StaysOf(group).Where(stay => stay.User == user && stay.JoinedAt < bound).ToList();
        return stays.Count == 0 ? null : stays[^1].Before(bound);
    }

    private List<Membership> StaysOf(uint group)
    {
        var leaves = replicas.Read(new(Table.Leave, group));
        var shields = replicas.Read(new(Table.Shield, group));
        return
        [
            .. replicas.Read(new(Table.Join, group)).OrderBy(static row => (row.Key.One, row.Key.Two)).Select(row => new Membership(
                new((uint)row.Key.One),
                row.Value.Number,
                (uint)row.Value.Number2,
                leaves.GetValueOrDefault(row.Key)?.Number ?? 0,
                (uint)(leaves.GetValueOrDefault(row.Key)?.Number2 ?? 0),
                shields.GetValueOrDefault(row.Key)?.Number == 1)),
        ];
    }

    private static MessageHead HeadOf(uint id, Cell cell) => new(id, MessageMeta.Parser.ParseFrom(cell.Meta.Span));
}
