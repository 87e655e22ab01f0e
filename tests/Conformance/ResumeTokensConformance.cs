using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;

namespace BrokerIm.Tests.Conformance;

/// <summary>What every registry of resume tokens promises; one subclass per adapter.</summary>
public abstract class ResumeTokensConformance
{
    /// <summary>Opens it as a process of its own would.</summary>
    protected abstract IResumeTokens Open();

    [Fact]
    public async Task Nothing_is_known_of_a_device_that_was_never_there()
    {
        var user = Fresh.User();

        Assert.Empty(await Open().ReadAsync(user, Deadline.Token));
        await Open().RemoveAsync(user, Guid.NewGuid(), Deadline.Token);
        Assert.Empty(await Open().ReadAsync(user, Deadline.Token));
    }

    [Fact]
    public async Task Record_comes_back_as_it_was_put()
    {
        var user = Fresh.User();
        var records = new[] { Record(1, previous: []), Record(2, previous: [9, 8, 7]) };
        foreach (var record in records)
            await Open().PutAsync(user, record, Deadline.Token);

        await ExpectAsync(user, records);
        await ExpectAsync(Fresh.User());
    }

    [Fact]
    public async Task Newer_record_replaces_the_one_of_the_same_device_alone()
    {
        var user = Fresh.User();
        var (first, other) = (Record(1, previous: []), Record(2, previous: []));
        await Open().PutAsync(user, first, Deadline.Token);
        await Open().PutAsync(user, other, Deadline.Token);

        var second = Record(3, previous: first.Hash.ToArray()) with { Device = first.Device };
        await Open().PutAsync(user, second, Deadline.Token);

        await ExpectAsync(user, second, other);
    }

    [Fact]
    public async Task Removed_record_is_gone_and_the_others_stay()
    {
        var user = Fresh.User();
        var (one, other) = (Record(1, previous: []), Record(2, previous: []));
        await Open().PutAsync(user, one, Deadline.Token);
        await Open().PutAsync(user, other, Deadline.Token);

        await Open().RemoveAsync(user, one.Device, Deadline.Token);

        await ExpectAsync(user, other);
    }

    private static ResumeRecord Record(byte seed, byte[] previous) =>
        new(Guid.NewGuid(), Bytes(seed), previous, Bytes((byte)(seed + 100)), 1_700_000_000_000 + seed);

    private static byte[] Bytes(byte seed) => [.. Enumerable.Range(0, 32).Select(i => (byte)(seed + i))];

    private async Task ExpectAsync(UserId user, params ResumeRecord[] expected)
    {
        var found = await Open().ReadAsync(user, Deadline.Token);
        Assert.Equal(expected.Select(Text).Order(), found.Select(Text).Order());

        static string Text(ResumeRecord record) =>
            $"{record.Device} {Convert.ToHexString(record.Hash.Span)} {Convert.ToHexString(record.PreviousHash.Span)} "
            + $"{Convert.ToHexString(record.Credential.Span)} {record.IssuedMs}";
    }
}
