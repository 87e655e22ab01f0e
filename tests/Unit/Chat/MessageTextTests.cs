using BrokerIm.Client;
using BrokerIm.Contracts.Wire;
using BrokerIm.Server.Chat;

namespace BrokerIm.Tests.Unit.Chat;

public sealed class MessageTextTests
{
    [Theory]
    [InlineData("hello 你好 😀", "hello 你好 😀")]
    [InlineData("two\r\nlines", "two ⏎ lines")]
    [InlineData("a\tb", "a b")]
    [InlineData("\u001b[2Jgone", "\uFFFD[2Jgone")]
    [InlineData("\u001b]0;title\u0007", "\uFFFD]0;title\uFFFD")]
    [InlineData("bell\u009b2J", "bell\uFFFD2J")]
    [InlineData("back\u202Ewards", "back\uFFFDwards")]
    public void Text_cannot_command_the_terminal(string text, string shown) => Assert.Equal(shown, MessageText.Clean(text));

    [Fact]
    public void Picture_is_shown_as_its_address() =>
        Assert.Equal("see [picture http://x/1.png]!", MessageText.Of(Text("see &$#@~^@[{:http://x/1.png:}]&$~@#@!")));

    [Fact]
    public void Audio_is_shown_as_its_duration() =>
        Assert.Equal("[audio, 12 s]", MessageText.Of(Message(MsgType.SingleAudio, [0, 0, 0, 12, 1, 2, 3])));

    [Fact]
    public void Data_that_is_no_text_is_said_to_be_none() =>
        Assert.Equal("[unreadable message]", MessageText.Of(Message(MsgType.SingleText, "plain"u8.ToArray())));

    private static ChatMessage Text(string text) => Message(MsgType.SingleText, TextCipher.Default.Encrypt(text));

    private static ChatMessage Message(MsgType type, byte[] data) =>
        new(new Peer(7), id: 1, from: 7, timeSeconds: 0, type, data, TextCipher.Default);
}
