using BrokerIm.Adapters.Embedded;

namespace BrokerIm.Tests.Unit.Embedded;

public sealed class OutboundTailTests
{
    [Fact]
    public void Newest_records_are_kept_up_to_the_number_allowed()
    {
        var tail = new OutboundTail(maxRecords: 3, maxBytes: 1_000);
        for (var offset = 1; offset <= 10; offset++)
            tail.Add(offset, PersistUnits.Record((uint)offset), bytes: 1);

        Assert.Empty(tail.Take(7));
        Assert.Equal([8, 9, 10], tail.Take(8).Select(record => record.Offset));
        Assert.Empty(tail.Take(11));
    }

    [Fact]
    public void Newest_records_are_kept_up_to_the_bytes_allowed()
    {
        var tail = new OutboundTail(maxRecords: 100, maxBytes: 10);
        for (var offset = 1; offset <= 10; offset++)
            tail.Add(offset, PersistUnits.Record((uint)offset), bytes: 4);
        Assert.Equal([9, 10], tail.Take(9).Select(record => record.Offset));

        tail.Add(11, PersistUnits.Record(11), bytes: 11);
        Assert.Empty(tail.Take(11));
    }

    [Fact]
    public void Older_ones_are_dropped_when_the_reader_has_them_from_elsewhere()
    {
        var tail = new OutboundTail(maxRecords: 10, maxBytes: 1_000);
        for (var offset = 1; offset <= 5; offset++)
            tail.Add(offset, PersistUnits.Record((uint)offset), bytes: 1);

        Assert.Equal([4, 5], tail.Take(4).Select(record => record.Offset));
        Assert.Empty(tail.Take(1));
    }
}
