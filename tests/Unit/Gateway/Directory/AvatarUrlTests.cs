using BrokerIm.Gateway.Directory;

namespace BrokerIm.Tests.Unit.Gateway.Directory;

public sealed class AvatarUrlTests
{
    [Theory]
    [InlineData("", true)]
    [InlineData("a.png", true)]
    [InlineData("/g0/000/000/a.png", true)]
    [InlineData("g0/a:b.png", true)]
    [InlineData("?a:b", true)]
    [InlineData("http://im.example/a.png", true)]
    [InlineData("HTTPS://im.example:8443/a.png", true)]
    [InlineData("头像.png", true)]
    [InlineData("javascript:alert(1)", false)]
    [InlineData(" https://im.example/a.png", false)]
    [InlineData("java\tscript:alert(1)", false)]
    [InlineData("data:image/svg+xml,x", false)]
    [InlineData("file:///etc/passwd", false)]
    [InlineData("C:\\a.png", false)]
    [InlineData(":", false)]
    [InlineData("a.png\n", false)]
    public void Address_is_of_the_web_or_a_path(string text, bool isAcceptable) =>
        Assert.Equal(isAcceptable, AvatarUrl.IsAcceptable(text));
}
