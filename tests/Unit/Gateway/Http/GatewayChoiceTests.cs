using System.Net;
using BrokerIm.Gateway.Http.Discovery;

namespace BrokerIm.Tests.Unit.Gateway.Http;

public sealed class GatewayChoiceTests
{
    [Theory]
    [InlineData("192.0.2.1,2001:db8::1", "198.51.100.1", "192.0.2.1", "192.0.2.1")]
    [InlineData("2001:db8::1,192.0.2.1", "::ffff:198.51.100.1", "192.0.2.1", "192.0.2.1")]
    [InlineData("192.0.2.1,2001:db8::1", "2001:db8::99", "2001:db8::1", "2001:db8::1")]
    [InlineData("192.0.2.1,192.0.2.2", "198.51.100.1", "192.0.2.1", "192.0.2.2")]
    [InlineData("192.0.2.1,192.0.2.2", "2001:db8::99", "192.0.2.1", "192.0.2.2")]
    public void Client_gets_addresses_of_its_own_family_where_there_are_any(
        string addresses, string client, string prior, string backup)
    {
        var choice = GatewayChoice.To([.. addresses.Split(',').Select(IPAddress.Parse)], 8000, IPAddress.Parse(client));

        Assert.Equal((prior, backup), (choice.Prior.ToString(), choice.Backup.ToString()));
    }
}
