using System.Buffers;
using BrokerIm.Contracts.Wire;
using Google.Protobuf;

namespace BrokerIm.Tests.Unit.Contracts;

/// <summary>What the generated parser makes of input that is legal but unusual, or not legal at all.</summary>
public sealed class ParsingTests
{
    [Fact]
    public void Packed_lists_are_accepted_although_never_sent()
    {
        var packed = Convert.FromHexString("08E907" + "1001" + "1807" + "2204EA07EB07");
        Assert.Equal([1002u, 1003u], IMGroupChangeMemberReq.Parser.ParseFrom(packed).MemberIdList);
    }

    [Fact]
    public void Packed_and_unpacked_parts_of_one_list_are_joined()
    {
        var mixed = Convert.FromHexString("08E907" + "1001" + "1807" + "20E907" + "2204EA07EB07");
        Assert.Equal([1001u, 1002u, 1003u], IMGroupChangeMemberReq.Parser.ParseFrom(mixed).MemberIdList);
    }

    [Fact]
    public void Fields_nobody_knows_are_skipped()
    {
        var ack = IMMsgDataReadAck.Parser.ParseFrom(Convert.FromHexString("0801" + "1002" + "1803" + "2001" + "F2060161"));
        Assert.True(ack.IsInitialized());
        Assert.Equal(3u, ack.MsgId);
    }

    [Fact]
    public void Every_message_notices_each_missing_required_field()
    {
        foreach (var message in GeneratedMessages.All.Values)
        {
            foreach (var field in message.Fields.InFieldNumberOrder().Where(field => field.IsRequired))
            {
                var incomplete = GeneratedMessages.Create(message, Sample.Smallest);
                field.Accessor.Clear(incomplete);
                Assert.False(incomplete.IsInitialized(), $"{message.Name} does without {field.Name}");
            }
        }
    }

    [Fact]
    public void A_missing_required_field_inside_a_structure_is_noticed_outside() =>
        Assert.False(new IMUserStatNotify { UserStat = new() { UserId = 1 } }.IsInitialized());

    [Fact]
    public void A_message_with_required_fields_missing_passes_the_parser()
    {
        // Nothing is thrown: the dispatcher must ask IsInitialized.
        var body = Convert.FromHexString("0801");
        Assert.False(IMMsgDataReadAck.Parser.ParseFrom(body).IsInitialized());
        Assert.False(IMMsgDataReadAck.Parser.ParseFrom(new ReadOnlySequence<byte>(body)).IsInitialized());
    }

    [Fact]
    public void An_enum_value_nobody_knows_passes_the_parser()
    {
        // proto2 elsewhere treats such a field as missing; C# keeps the number. The dispatcher must check it.
        var parsed = IMMsgDataReadAck.Parser.ParseFrom(Convert.FromHexString("0801" + "1002" + "1803" + "2009"));
        Assert.True(parsed.IsInitialized());
        Assert.False(Enum.IsDefined(parsed.SessionType));
    }

    [Theory]
    [InlineData("08")]
    [InlineData("0A05616C")]
    [InlineData("08FFFFFFFFFFFFFFFFFFFFFF")]
    [InlineData("0001")]
    [InlineData("0F")]
    public void Damaged_bodies_are_refused(string hex) =>
        Assert.Throws<InvalidProtocolBufferException>(() => IMLoginRes.Parser.ParseFrom(Convert.FromHexString(hex)));
}
