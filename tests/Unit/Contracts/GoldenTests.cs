using Google.Protobuf;

namespace BrokerIm.Tests.Unit.Contracts;

/// <summary>Every message, encoded twice: by the generated code, and from the tables by an encoder of our own.</summary>
public sealed class GoldenTests
{
    public static TheoryData<string> Names => [.. Chapters.Messages.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Required_fields_are_written_even_when_zero_or_empty(string name) => AssertSameBytes(name, Sample.Smallest);

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_field_is_written_in_order_and_unpacked(string name) => AssertSameBytes(name, Sample.Full);

    [Theory]
    [MemberData(nameof(Names))]
    public void What_the_tables_describe_is_read_back_whole(string name)
    {
        var message = GeneratedMessages.All[name];
        foreach (var sample in Enum.GetValues<Sample>())
        {
            var read = message.Parser.ParseFrom(ReferenceEncoder.Encode(name, sample));
            Assert.True(read.IsInitialized());
            Assert.Equal(GeneratedMessages.Create(message, sample), read);
        }
    }

    private static void AssertSameBytes(string name, Sample sample)
    {
        var expected = ReferenceEncoder.Encode(name, sample);
        var written = GeneratedMessages.Create(GeneratedMessages.All[name], sample).ToByteArray();
        Assert.Equal(Convert.ToHexString(expected), Convert.ToHexString(written));
    }
}
