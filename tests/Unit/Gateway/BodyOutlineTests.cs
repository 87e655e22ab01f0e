using BrokerIm.Contracts.Wire;
using BrokerIm.Gateway.Commands;
using BrokerIm.Tests.Unit.Contracts;
using Google.Protobuf;

namespace BrokerIm.Tests.Unit.Gateway;

/// <summary>What a body may look like before it is parsed.</summary>
public sealed class BodyOutlineTests
{
    private static readonly BodyOutline s_numbers = new(IMUsersStatReq.Descriptor, elementsMax: 5, nestingMax: 3);
    private static readonly BodyOutline s_messages = new(IMGroupInfoListReq.Descriptor, elementsMax: 5, nestingMax: 3);

    [Theory]
    [InlineData("", null)]
    [InlineData("0801", null)]
    [InlineData("0801 1001 1001 1205 01 02", "unparsable")]
    [InlineData("0801 1001 1202 8101 1203 010101", null)]
    [InlineData("0801 1203 010101 1203 010101", "too_many_elements")]
    [InlineData("1001 1001 1001 1001 1001", null)]
    [InlineData("1001 1001 1001 1001 1001 1001", "too_many_elements")]
    [InlineData("1001 1001 1001 1001 1202 0101", "too_many_elements")]
    [InlineData("2001 2001 2001 2001 2001 2001", null)]
    [InlineData("08", "unparsable")]
    [InlineData("0880", "unparsable")]
    [InlineData("08 80808080808080808001", null)]
    [InlineData("08 8080808080808080808001", "unparsable")]
    [InlineData("0001", "unparsable")]
    [InlineData("0E01", "unparsable")]
    [InlineData("0F01", "unparsable")]
    [InlineData("A2 01 FFFFFFFF0F", "unparsable")]
    [InlineData("A2 01 8080808008", "unparsable")]
    [InlineData("A2 01 03 0102", "unparsable")]
    [InlineData("A2 01 02 0102", null)]
    [InlineData("29 0102030405060708 2D 01020304", null)]
    [InlineData("29 01020304050607", "unparsable")]
    [InlineData("2D 010203", "unparsable")]
    [InlineData("F8FFFFFF0F 01", null)]
    [InlineData("23 24", null)]
    [InlineData("23 23 23 24 24 24", null)]
    [InlineData("23 23 23 23", "too_deep")]
    [InlineData("23", "unparsable")]
    [InlineData("24", "unparsable")]
    [InlineData("23 1001 1001 1001 1001 1001 1001 24", null)]
    public void Body_of_numbers(string hex, string? fault) => Assert.Equal(fault, FaultOf(s_numbers, hex));

    [Theory]
    [InlineData("1200 1200 1200 1200 1200", null)]
    [InlineData("1200 1200 1200 1200 1200 1200", "too_many_elements")]
    [InlineData("1204 0801 1002", null)]
    [InlineData("1204 23 23 24 24", null)]
    [InlineData("1206 23 23 23 24 24 24", "too_deep")]
    [InlineData("1203 0801 08 01", "unparsable")]
    [InlineData("1202 23 23 24 24", "unparsable")]
    public void Body_of_messages(string hex, string? fault) => Assert.Equal(fault, FaultOf(s_messages, hex));

    /// <summary>Otherwise a body could be cut off from a client that the protocol lets through.</summary>
    [Fact]
    public void Whatever_the_parser_takes_passes_and_what_passes_takes_no_more_elements_than_allowed()
    {
        var random = new Random(20261122);
        var generous = new BodyOutline(IMGroupInfoListReq.Descriptor, elementsMax: 1_000, nestingMax: 64);
        var (parsed, refused) = (0, 0);
        for (var round = 0; round < 200_000; round++)
        {
            // Of few values, so that many of the bodies make sense.
            var body = new byte[random.Next(12)];
            foreach (ref var one in body.AsSpan())
                one = (byte)(random.Next(3) == 0 ? random.Next(256) : "\x08\x10\x12\x01\x02\x00\x23\x24\x04"[random.Next(9)]);

            if (Parses(body))
            {
                parsed++;
                Assert.Null(generous.FaultOf(new(body)));
            }
            else
            {
                refused++;
            }
        }

        Assert.True(parsed > 1_000 && refused > 1_000, $"{parsed} and {refused}");
    }

    private static string? FaultOf(BodyOutline outline, string hex)
    {
        var bytes = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
        var whole = outline.FaultOf(new(bytes));
        if (bytes.Length > 0)
            Assert.Equal(whole, outline.FaultOf(Segments.OfOneByte(bytes)));
        return whole;
    }

    private static bool Parses(byte[] body)
    {
        try
        {
            IMGroupInfoListReq.Parser.ParseFrom(body);
            return true;
        }
        catch (InvalidProtocolBufferException)
        {
            return false;
        }
    }
}
