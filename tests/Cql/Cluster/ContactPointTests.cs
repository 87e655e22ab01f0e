using System.Net;
using BrokerIm.Cql.Cluster;
using BrokerIm.Cql.Tests.Support;

namespace BrokerIm.Cql.Tests.Cluster;

public sealed class ContactPointTests
{
    [Theory]
    [InlineData("localhost", "localhost", 9042)]
    [InlineData("db.example.org:19042", "db.example.org", 19042)]
    [InlineData("127.0.0.1", "127.0.0.1", 9042)]
    [InlineData("127.0.0.1:1", "127.0.0.1", 1)]
    [InlineData("::1", "::1", 9042)]
    [InlineData("[::1]", "::1", 9042)]
    [InlineData("[::1]:65535", "::1", 65535)]
    public void Host_and_port_are_told_apart(string text, string host, int port) =>
        Assert.Equal(new ContactPoint(host, port), Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData(":9042")]
    [InlineData("host:")]
    [InlineData("host:0")]
    [InlineData("host:65536")]
    [InlineData("host:-1")]
    [InlineData("host:port")]
    public void What_is_no_contact_point_is_refused(string text) =>
        Assert.False(ContactPoint.TryParse(text, out _));

    [Fact]
    public async Task Address_stands_for_itself() => Assert.Equal(
        [new IPEndPoint(IPAddress.Parse("10.1.2.3"), 77)], await Parse("10.1.2.3:77").ResolveAsync(Patience.Token));

    [Fact]
    public async Task Name_stands_for_all_its_addresses()
    {
        var expected = await Dns.GetHostAddressesAsync("localhost", Patience.Token);
        var endPoints = await Parse("localhost:77").ResolveAsync(Patience.Token);
        Assert.Equal(expected.Select(address => new IPEndPoint(address, 77)), endPoints);
    }

    private static ContactPoint Parse(string text)
    {
        Assert.True(ContactPoint.TryParse(text, out var contactPoint));
        return contactPoint;
    }
}
