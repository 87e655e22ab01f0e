using BrokerIm.Client;
using BrokerIm.Client.Connecting;

namespace BrokerIm.Tests.Unit.Client;

public sealed class DiscoveryReplyTests
{
    [Theory]
    [InlineData("""{ "code": 0, "msg": "", "priorIP": "10.0.0.1", "backupIP": "10.0.0.2", "port": "8000", "msfsPrior": "http://x/" }""")]
    [InlineData("""{ "code": "0", "priorIP": "10.0.0.1", "backupIP": "10.0.0.2", "port": 8000 }""")]
    public void Reply_names_the_server(string json) =>
        Assert.Equal(new DiscoveryReply("10.0.0.1", "10.0.0.2", 8000), DiscoveryReply.Parse(json));

    [Fact]
    public void Backup_address_may_be_missing() =>
        Assert.Equal("", DiscoveryReply.Parse("""{"code":0,"priorIP":"10.0.0.1","port":"8000"}""").BackupIp);

    [Fact]
    public void Refusal_is_reported_with_its_reason()
    {
        var refusal = Assert.Throws<ImConnectionException>(() => DiscoveryReply.Parse("""{"code":2,"msg":"all full"}"""));
        Assert.Contains("code 2", refusal.Message);
        Assert.Contains("all full", refusal.Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("<html>")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"code":0}""")]
    [InlineData("""{"code":0,"priorIP":"10.0.0.1"}""")]
    [InlineData("""{"code":0,"priorIP":"10.0.0.1","port":"0"}""")]
    [InlineData("""{"code":0,"priorIP":"10.0.0.1","port":"65536"}""")]
    [InlineData("""{"code":0,"priorIP":"10.0.0.1","port":"-1"}""")]
    [InlineData("""{"code":0,"priorIP":1,"port":"8000"}""")]
    [InlineData("""{"code":{},"priorIP":"10.0.0.1","port":"8000"}""")]
    public void Anything_else_is_no_reply(string json) =>
        Assert.Throws<ImConnectionException>(() => DiscoveryReply.Parse(json));
}
