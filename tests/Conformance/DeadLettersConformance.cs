using BrokerIm.Contracts.Records;
using BrokerIm.Core.Ports;
using Google.Protobuf;

namespace BrokerIm.Tests.Conformance;

/// <summary>What every place for dead letters promises; one subclass per adapter. Each test begins with none.</summary>
public abstract class DeadLettersConformance
{
    protected abstract ILogWriter<DeadLetter> Writer { get; }

    protected abstract IDeadLetterReader Reader { get; }

    [Fact]
    public async Task Letters_are_read_in_their_order_from_any_number_on()
    {
        var letters = await AppendAsync(5);
        var first = await Reader.FirstOpenAsync(Deadline.Token);

        var all = await Reader.ReadAsync(first, 100, Deadline.Token);
        Assert.Equal(letters, all.Select(static one => one.Letter));
        Assert.Equal(all.Select(static one => one.Number).Order().Distinct(), all.Select(static one => one.Number));
        Assert.Equal(first, all[0].Number);

        Assert.Equal(all.Skip(2).Take(2), await Reader.ReadAsync(all[2].Number, 2, Deadline.Token));
        Assert.Empty(await Reader.ReadAsync(all[^1].Number + 1, 100, Deadline.Token));
    }

    [Fact]
    public async Task What_was_dealt_with_is_no_longer_open_and_can_still_be_read()
    {
        var first = await Reader.FirstOpenAsync(Deadline.Token);
        Assert.Empty(await Reader.ReadAsync(first, 100, Deadline.Token));
        await AppendAsync(3);
        var all = await Reader.ReadAsync(first, 100, Deadline.Token);

        await Reader.CloseThroughAsync(all[1].Number, Deadline.Token);
        Assert.Equal(all[1].Number + 1, await Reader.FirstOpenAsync(Deadline.Token));
        await Reader.CloseThroughAsync(all[0].Number, Deadline.Token);
        Assert.Equal(all[1].Number + 1, await Reader.FirstOpenAsync(Deadline.Token));
        Assert.Equal(all, await Reader.ReadAsync(first, 100, Deadline.Token));

        await Reader.CloseThroughAsync(all[2].Number, Deadline.Token);
        await AppendAsync(1);
        var open = Assert.Single(await Reader.ReadAsync(await Reader.FirstOpenAsync(Deadline.Token), 100, Deadline.Token));
        Assert.True(open.Number > all[2].Number);
    }

    private async Task<List<DeadLetter>> AppendAsync(int count)
    {
        List<DeadLetter> letters = [.. Enumerable.Range(0, count).Select(static i => new DeadLetter
        {
            Topic = "inbound", Partition = i, Offset = 1_000 + i, Epoch = 1, Index = -1, Reason = "The record does not parse.", Build = "1.2.3",
            Original = ByteString.CopyFrom([1, 2, (byte)i]), TimeMs = 1_700_000_000_000,
        })];
        foreach (var letter in letters)
            await Writer.AppendAsync(0, letter, Deadline.Token);
        return letters;
    }
}
