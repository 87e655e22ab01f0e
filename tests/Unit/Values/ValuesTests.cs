using BrokerIm.Core.Security;
using BrokerIm.Core.Values;

namespace BrokerIm.Tests.Unit.Values;

/// <summary>The numbers that every part of the system must compute alike, for ever.</summary>
public sealed class ValuesTests
{
    [Theory]
    [InlineData(0UL, 0xe220a8397b1dcdafUL, 15)]
    [InlineData(1UL, 0x910a2dec89025cc1UL, 1)]
    [InlineData((1001UL << 32) | 1002, 0x3dca8954588e8327UL, 7)]
    [InlineData((1UL << 63) | 7, 0x63dc0bbbddd40fa8UL, 8)]
    public void Partitions_follow_published_hash_vectors(ulong conversation, ulong hash, int partitionOfSixteen)
    {
        Assert.Equal(hash, Partitioning.SplitMix64(conversation));
        Assert.Equal(partitionOfSixteen, Partitioning.PartitionOf(new(conversation), 16));
    }

    [Fact]
    public void A_pair_is_the_same_whoever_asks()
    {
        var pair = ConversationId.Pair(new(1002), new(1001));
        Assert.Equal((1001UL << 32) | 1002, pair.Value);
        Assert.Equal(pair, ConversationId.Pair(new(1001), new(1002)));
        Assert.Equal(new UserId(1002), pair.PeerOf(new(1001)));
        Assert.Equal(new UserId(1001), pair.PeerOf(new(1002)));
    }

    [Fact]
    public void Neighbours_who_talk_do_not_share_a_hash()
    {
        var hashes = Enumerable.Range(0, 1_000)
            .Select(static i => ConversationId.Pair(new((uint)(2 * i) + 1), new((uint)(2 * i) + 2)).GetHashCode()).Distinct();

        Assert.InRange(hashes.Count(), 990, 1_000);
    }

    [Theory]
    [InlineData(0UL, false)]
    [InlineData((5UL << 32) | 5, false)]
    [InlineData((6UL << 32) | 5, false)]
    [InlineData((5UL << 32) | 6, true)]
    [InlineData(5UL << 32, false)]
    [InlineData(1UL << 63, false)]
    [InlineData((1UL << 63) | 1, true)]
    [InlineData((1UL << 63) | 0x8000_0000, false)]
    public void Only_two_users_or_a_group_make_a_conversation(ulong value, bool valid) =>
        Assert.Equal(valid, new ConversationId(value).IsValid);

    [Fact]
    public void Write_timestamps_rise_with_the_position_and_lie_beyond_any_clock()
    {
        long[] rising =
        [
            new LogPosition(1, 3, 0, 0).WriteTimestamp,
            new LogPosition(1, 3, 0, 4_095).WriteTimestamp,
            new LogPosition(1, 3, 1, 0).WriteTimestamp,
            new LogPosition(1, 3, 1L << 39, 0).WriteTimestamp,
            new LogPosition(2, 3, 0, 0).WriteTimestamp,
        ];
        Assert.Equal(rising.Order(), rising);
        Assert.Equal(rising.Length, rising.Distinct().Count());
        Assert.True(rising[0] > DateTimeOffset.Parse("2100-01-01", null).ToUnixTimeMilliseconds() * 1000);
        Assert.Equal(rising[2], LogPosition.Bound(1, 1));
    }

    [Fact]
    public void A_client_message_id_is_its_sixteen_bytes()
    {
        byte[] bytes = [0x01, 0x8B, 0xCF, 0xE5, 0x68, 0x00, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
        Assert.True(ClientMessageId.TryRead(bytes, out var id));
        Assert.Equal(1_700_000_000_000, id.TimeMs);
        Assert.Equal(id, ClientMessageId.Create(id.TimeMs, bytes.AsSpan(6)));

        var written = new byte[16];
        id.Write(written);
        Assert.Equal(bytes, written);
        Assert.False(ClientMessageId.TryRead(bytes.AsSpan(1), out _));
    }

    [Fact]
    public void A_password_record_knows_its_password_and_nothing_else()
    {
        Assert.Equal("e10adc3949ba59abbe56e057f20f883e", PasswordRecord.ClientText("123456"));
        var record = PasswordRecord.Create(PasswordRecord.ClientText("123456"), iterations: 10);
        var stored = PasswordRecord.Parse(record.ToString());
        Assert.NotNull(stored);
        Assert.Equal(10, stored.Iterations);
        Assert.True(stored.Verify(PasswordRecord.ClientText("123456")));
        Assert.False(stored.Verify(PasswordRecord.ClientText("1234567")));
        Assert.NotEqual(record.ToString(), PasswordRecord.Create(PasswordRecord.ClientText("123456"), 10).ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("v1$pbkdf2-sha512$0$AA==$AA==")]
    [InlineData("v1$pbkdf2-sha512$10$?$AA==")]
    [InlineData("v2$argon$10$AA==$AA==")]
    public void What_is_no_password_record_is_not_taken_for_one(string stored) => Assert.Null(PasswordRecord.Parse(stored));
}
