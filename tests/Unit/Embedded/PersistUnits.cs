using BrokerIm.Contracts.Records;
using BrokerIm.Core.Ports;
using BrokerIm.Tests.Conformance;

namespace BrokerIm.Tests.Unit.Embedded;

/// <summary>What Persist would commit.</summary>
internal static class PersistUnits
{
    /// <summary>One outbound record that tells of a message, and the progress behind it.</summary>
    public static PersistUnit Telling(uint messageId, long nextOffset = 1, int events = 1) => new(
        Epoch: 1, new(), [(0, Record(messageId, events))], [(0, nextOffset)]);

    /// <summary>A record whose events carry an id to be recognised by.</summary>
    public static OutboundRecord Record(uint messageId, int events = 1)
    {
        var record = new OutboundRecord { Version = 1, InboundNext = messageId };
        for (var i = 0; i < events; i++)
            record.Events.Add(new OutboundEvent { Kind = EventKind.Stored, MessageId = messageId, TimeMs = 1 });
        return record;
    }

    /// <summary>The next records of a log, read until there are as many; each batch is committed when its records were taken.</summary>
    public static async Task<List<(long Offset, uint MessageId)>> TakeAsync(
        this ILogReader<OutboundRecord> log, int count, bool commit = true)
    {
        List<(long, uint)> taken = [];
        await foreach (var batch in log.ReadAsync(start: null, Deadline.Token))
        {
            var slice = Assert.Single(batch.Slices);
            Assert.Equal(slice.FirstOffset, slice.Records[0].Offset);
            Assert.Equal(slice.NextOffset, slice.Records[^1].Offset + 1);
            taken.AddRange(slice.Records.Select(record => (record.Offset, record.Value!.Events[0].MessageId)));
            if (commit)
                await log.CommitAsync(batch, Deadline.Token);
            if (taken.Count >= count)
                break;
        }

        return taken;
    }
}
