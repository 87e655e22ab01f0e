using System.Text;
using BrokerIm.Cql.Routing;

namespace BrokerIm.Cql.Tests.Routing;

public sealed class Murmur3TokenTests
{
    // Known to several drivers; bytes above 7f at the end tell Cassandra's variant from the published algorithm.
    [Theory]
    [InlineData("313233", -7468325962851647638)]
    [InlineData("fefefefefefefefe", -8927430733708461935)]
    [InlineData("1010101010101010", 1446172840243228796)]
    [InlineData("0102030405060708090a0b0c0d0e0f10", -5563837382979743776)]
    [InlineData("00000000000000000000000000000000", 5457549051747178710)]
    [InlineData("ffffffffffffffffffffffffffffffff", -2824192546314762522)]
    [InlineData("fefefefefefefefefefefefefefefefefe", -1672437813826982685)]
    [InlineData("fefefefe", 4566408979886474012)]
    [InlineData("00000000", -3485513579396041028)]
    [InlineData("00017f7f", 6573459401642635627)]
    [InlineData("00ffffff", 123573637386978882)]
    [InlineData("e2e7", -8582699461035929883)]
    [InlineData("e2e7e2e7e2e701", 2222373981930033306)]
    public void Tokens_are_those_of_cassandra(string key, long token) =>
        Assert.Equal(token, Murmur3Token.Of(Convert.FromHexString(key)));

    [Fact]
    public void Longer_keys_too()
    {
        var key = Enumerable.Repeat(Convert.FromHexString("00ff10fa99"), 10).SelectMany(bytes => bytes).ToArray();
        Assert.Equal(5837342703291459765, Murmur3Token.Of(key));
        Assert.Equal(7162290910810015547, Murmur3Token.Of(Encoding.ASCII.GetBytes("9223372036854775807")));
    }
}
