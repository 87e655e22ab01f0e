using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;

namespace BrokerIm.Simulation.World;

/// <summary>The cells that a batch writes.</summary>
internal static class StoreWriting
{
    /// <summary>The cells, those of one partition of a table together and in their order.</summary>
    public static List<List<CellWrite>> CellsOf(StoreBatch batch)
    {
        var cells = new List<CellWrite>();
        foreach (var row in batch.Messages)
            cells.Add(new(new(Table.Message, row.Conversation.Value), new(row.MessageId), new(At(row.Position), 0, 0, row.Meta, row.Body)));
        foreach (var row in batch.Erasures)
            cells.Add(new(new(Table.Erasure, row.Conversation.Value), new(row.MessageId), new(At(row.Position), 0, 0, default, row.Body)));
        foreach (var row in batch.Activities)
            cells.Add(new(new(Table.Activity, row.User.Value), new(row.Conversation.Value), new(At(row.Position), row.ActivityMs)));
        foreach (var row in batch.ReadMarks)
            cells.Add(CellWrite.Register(new(Table.ReadMark, row.User.Value), new(row.Conversation.Value), row.MessageId));
        foreach (var row in batch.Removals)
            cells.Add(CellWrite.Register(new(Table.Removal, row.User.Value), new(row.Conversation.Value), row.MessageId));
        AddGroups(batch, cells);
        foreach (var row in batch.Skips)
            cells.Add(new(new(Table.Skip, (ulong)row.Position.Partition), new((ulong)row.Position.Offset, (ulong)(row.Position.Index + 1)), new(At(row.Position), 1)));
        return [.. cells.GroupBy(static cell => cell.Rows).Select(static rows => rows.ToList())];
    }

    private static void AddGroups(StoreBatch batch, List<CellWrite> cells)
    {
        foreach (var row in batch.GroupEvents)
            cells.Add(new(new(Table.GroupEvent, row.Group), new((ulong)At(row.Position)), new(At(row.Position), 0, 0, row.Facts, default)));
        foreach (var row in batch.Joins)
        {
            var at = At(row.Position);
            cells.Add(new(new(Table.Join, row.Group), new(row.User.Value, (ulong)at), new(at, at, row.Head)));
            cells.Add(new(new(Table.UserGroup, row.User.Value), new(row.Group), new(at, 1, row.Head)));
        }

        foreach (var row in batch.Leaves)
        {
            var at = At(row.Position);
            cells.Add(new(new(Table.Leave, row.Group), new(row.User.Value, (ulong)row.JoinedAt), new(at, at, row.Head)));
            cells.Add(new(new(Table.UserGroup, row.User.Value), new(row.Group), new(at, 0)));
        }

        foreach (var row in batch.Shields)
            cells.Add(new(new(Table.Shield, row.Group), new(row.User.Value, (ulong)row.JoinedAt), new(At(row.Position), row.On ? 1 : 0)));
    }

    private static long At(LogPosition position) => position.WriteTimestamp;
}
