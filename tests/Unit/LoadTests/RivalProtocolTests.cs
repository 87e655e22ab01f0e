using System.Text;
using BrokerIm.LoadTests.Rivals;

namespace BrokerIm.Tests.Unit.LoadTests;

public sealed class RivalProtocolTests
{
    [Theory]
    [InlineData("<a xmlns='urn:xmpp:sm:3' h='5'/><r/>", "<a xmlns='urn:xmpp:sm:3' h='5'/>")]
    [InlineData("<message from='a/b' to='c'><body>QUJD</body></message><r xmlns='x'/>", "<message from='a/b' to='c'><body>QUJD</body></message>")]
    [InlineData(" \n<presence/>", "<presence/>")]
    [InlineData("<r>\n</r><a/>", "<r>\n</r>")]
    [InlineData("</stream:stream>", "</stream:stream>")]
    public void Stanza_ends_where_its_element_does(string received, string expected)
    {
        Assert.True(XmppConnection.TryReadStanza(Encoding.UTF8.GetBytes(received), out var stanza, out var length));
        Assert.Equal(expected, Encoding.UTF8.GetString(stanza));
        Assert.Equal(received.IndexOf(expected, StringComparison.Ordinal) + expected.Length, length);
    }

    [Fact]
    public void Stanza_is_waited_for_until_its_last_byte()
    {
        var whole = "<message to='c'><body>QUJD</body></message>"u8;
        for (var length = 0; length < whole.Length; length++)
            Assert.False(XmppConnection.TryReadStanza(whole[..length], out _, out _));
    }

    [Fact]
    public void Packet_ends_where_its_length_says()
    {
        byte[] packets = [0x40, 2, 0x12, 0x34, 0x32, 0x80, 0x01, .. new byte[128], 0xD0, 0];

        Assert.True(MqttConnection.TryReadPacket(packets, out var kind, out var body, out var length));
        Assert.Equal((0x40, 4), (kind, length));
        Assert.Equal([0x12, 0x34], body.ToArray());

        Assert.True(MqttConnection.TryReadPacket(packets.AsSpan(4), out kind, out body, out length));
        Assert.Equal((0x32, 131, 128), (kind, length, body.Length));

        Assert.True(MqttConnection.TryReadPacket(packets.AsSpan(135), out kind, out body, out length));
        Assert.Equal((0xD0, 2, 0), (kind, length, body.Length));
    }

    [Fact]
    public void Packet_is_waited_for_until_its_last_byte()
    {
        byte[] packet = [0x32, 0x80, 0x01, .. new byte[128]];
        for (var length = 0; length < packet.Length; length++)
            Assert.False(MqttConnection.TryReadPacket(packet.AsSpan(0, length), out _, out _, out _));
    }

    [Fact]
    public void Length_without_end_is_refused() => Assert.Throws<InvalidDataException>(
        static () => MqttConnection.TryReadPacket([0x32, 0xFF, 0xFF, 0xFF, 0xFF, 0x01], out _, out _, out _));
}
