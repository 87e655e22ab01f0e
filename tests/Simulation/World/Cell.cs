using BrokerIm.Core.Values;

namespace BrokerIm.Simulation.World;

/// <summary>Tables of the store.</summary>
internal enum Table
{
    /// <summary>By conversation: messages by id.</summary>
    Message,

    /// <summary>By conversation: bodies left of erased messages by id. They are later than the messages' own.</summary>
    Erasure,

    /// <summary>By user: last activity by conversation.</summary>
    Activity,

    /// <summary>By user: read marks by conversation.</summary>
    ReadMark,

    /// <summary>By user: removals by conversation.</summary>
    Removal,

    /// <summary>By group: what it became, by write timestamp of the event.</summary>
    GroupEvent,

    /// <summary>By group: joins by user and write timestamp.</summary>
    Join,

    /// <summary>By group: ends of stays by user and write timestamp of the join.</summary>
    Leave,

    /// <summary>By group: wishes for no pushes by user and write timestamp of the join.</summary>
    Shield,

    /// <summary>By user: whether he is a member, by group.</summary>
    UserGroup,

    /// <summary>By partition: skipped entries by offset and index.</summary>
    Skip,

    /// <summary>One row: the next offset by partition.</summary>
    Progress,
}

/// <summary>A partition of a table: what one statement reads and one batch writes.</summary>
internal readonly record struct RowSet(Table Table, ulong Of);

/// <summary>A row's key inside its partition.</summary>
internal readonly record struct RowKey(ulong One, ulong Two = 0);

/// <summary>One cell: a value with the time of its writing.</summary>
internal sealed record Cell(long WrittenAt, long Number, long Number2, ReadOnlyMemory<byte> Meta, ReadOnlyMemory<byte> Body)
{
    /// <summary>A cell without bytes.</summary>
    public Cell(long writtenAt, long number, long number2 = 0)
        : this(writtenAt, number, number2, default, default)
    {
    }

    /// <summary>Of two writes the later wins; of two at one time the larger value.</summary>
    public bool Beats(Cell? other) => other is null || Compare(other) > 0;

    /// <summary>Whether both hold the same value, whenever they were written.</summary>
    public bool SameAs(Cell? other) => other is not null && (Number, Number2) == (other.Number, other.Number2)
        && Meta.Span.SequenceEqual(other.Meta.Span) && Body.Span.SequenceEqual(other.Body.Span);

    private int Compare(Cell other)
    {
        var order = (WrittenAt, Number, Number2).CompareTo((other.WrittenAt, other.Number, other.Number2));
        if (order == 0)
            order = Meta.Span.SequenceCompareTo(other.Meta.Span);
        return order == 0 ? Body.Span.SequenceCompareTo(other.Body.Span) : order;
    }
}

/// <summary>A write on its way to the replicas.</summary>
internal readonly record struct CellWrite(RowSet Rows, RowKey Key, Cell Cell)
{
    /// <summary>A register: the larger value wins.</summary>
    public static CellWrite Register(RowSet rows, RowKey key, long value) =>
        new(rows, key, new(LogPosition.RegisterTimestamp(value), value));
}
