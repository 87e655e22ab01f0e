using System.Text;
using BrokerIm.Gateway.Directory;

namespace BrokerIm.Tests.Unit.Gateway.Directory;

public sealed class SignatureTextTests
{
    [Theory]
    [InlineData("")]
    [InlineData("short")]
    [InlineData("名片 🙂")]
    public void Text_that_fits_stays(string text) => Assert.Equal(text, SignatureText.Cut(text));

    [Theory]
    [InlineData("a", 128, 128)]
    [InlineData("é", 64, 64)]
    [InlineData("名", 43, 42)]
    [InlineData("🙂", 33, 32)]
    [InlineData("a", 500, 128)]
    [InlineData("名", 500, 42)]
    public void Longer_text_loses_whole_characters(string character, int count, int kept) => Assert.Equal(
        Repeated(character, kept), SignatureText.Cut(Repeated(character, count)));

    [Fact]
    public void Character_that_would_be_split_is_left_out()
    {
        var cut = SignatureText.Cut(Repeated("a", 126) + "🙂tail");

        Assert.Equal(Repeated("a", 126), cut);
        Assert.True(Encoding.UTF8.GetByteCount(cut) <= SignatureText.MaxBytes);
    }

    private static string Repeated(string text, int count) => string.Concat(Enumerable.Repeat(text, count));
}
