using System.Text;
using BrokerIm.Client;

namespace BrokerIm.Tests.Unit.Client;

public sealed class TextCipherTests
{
    // Protocol chapter 03 section 10.1.
    [Theory]
    [InlineData("hi", "isFbgVCILeNPXzVe+MncXQ==")]
    [InlineData("hello", "nnZSBwfPCz60q69ddmfIJA==")]
    [InlineData("123456789012", "qRbX2o2N6/0vxpOpQhCOOg==")]
    [InlineData("1234567890123", "ovYKzOY+0lEFsnZlqUWIQAr+GZ43+2mMfQMFqTsGBjY=")]
    [InlineData("1234567890123456", "zyFIAqnq8fihaJFqgH9gVAfU6OB7fpsvZh6GP3dYB9g=")]
    [InlineData("你好", "UKheN9KmjZEOcj7ZdGedvw==")]
    [InlineData("[语音]", "QhGXlpFjvMFUNrtl1aaPzA==")]
    public void Text_is_wrapped_as_unmodified_clients_do_it(string text, string data)
    {
        Assert.Equal(data, Encoding.ASCII.GetString(TextCipher.Default.Encrypt(text)));
        Assert.True(TextCipher.Default.TryDecrypt(Encoding.ASCII.GetBytes(data), out var back));
        Assert.Equal(text, back);
    }

    [Fact]
    public void Text_of_any_length_comes_back()
    {
        for (var length = 1; length < 200; length++)
        {
            var text = new string('x', length);
            Assert.True(TextCipher.Default.TryDecrypt(TextCipher.Default.Encrypt(text), out var back));
            Assert.Equal(text, back);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("not base64!")]
    [InlineData("AAAA")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAA==")]
    public void Other_data_is_no_text(string data) =>
        Assert.False(TextCipher.Default.TryDecrypt(Encoding.ASCII.GetBytes(data), out _));

    [Fact]
    public void Text_under_another_key_is_no_text()
    {
        var other = new TextCipher("another key that has 32 bytes..."u8);
        Assert.False(other.TryDecrypt(TextCipher.Default.Encrypt("hello"), out var text) && text == "hello");
        Assert.True(other.TryDecrypt(other.Encrypt("hello"), out text));
        Assert.Equal("hello", text);
    }

    [Fact]
    public void Key_of_another_length_is_refused() => Assert.Throws<ArgumentException>(() => new TextCipher("short"u8));
}
