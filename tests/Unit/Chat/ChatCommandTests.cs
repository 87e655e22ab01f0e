using BrokerIm.Contracts.Wire;
using BrokerIm.Server.Chat;
using BrokerIm.Server.Commands;

namespace BrokerIm.Tests.Unit.Chat;

public sealed class ChatCommandTests
{
    [Theory]
    [InlineData("example.com:9000", "example.com", 9000)]
    [InlineData("127.0.0.1:8000", "127.0.0.1", 8000)]
    [InlineData("localhost", "localhost", 8000)]
    [InlineData("[::1]:9000", "::1", 9000)]
    public void Server_is_host_and_port(string server, string host, int port)
    {
        Assert.True(ChatCommand.TrySplit(server, out var actualHost, out var actualPort));
        Assert.Equal((host, port), (actualHost, actualPort));
    }

    [Theory]
    [InlineData("")]
    [InlineData("host:")]
    [InlineData("host:port")]
    [InlineData("host:99999")]
    [InlineData("host:0")]
    [InlineData("host/path")]
    [InlineData("user@host")]
    public void Anything_else_is_no_server(string server) => Assert.False(ChatCommand.TrySplit(server, out _, out _));

    [Theory]
    [InlineData("bob", 2u)]
    [InlineData("2", 2u)]
    [InlineData("3", 4u)]
    [InlineData("robert", 2u)]
    [InlineData("twin", null)]
    [InlineData("nobody", null)]
    [InlineData("99", null)]
    public void User_is_found_by_login_name_then_id_then_display_name(string wanted, uint? expected)
    {
        UserInfo[] users =
        [
            User(1, "alice", "Twin"), User(2, "bob", "Robert"), User(3, "carol", "Twin"), User(4, "3", "Number"),
        ];
        Assert.Equal(expected, PeerFinder.FindUser(users, wanted)?.UserId);
    }

    private static UserInfo User(uint id, string name, string nick) => new()
    {
        UserId = id, UserRealName = name, UserNickName = nick,
    };
}
