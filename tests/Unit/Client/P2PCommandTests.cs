using BrokerIm.Client;

namespace BrokerIm.Tests.Unit.Client;

public sealed class P2PCommandTests
{
    [Fact]
    public void Command_is_written_as_clients_read_it()
    {
        Assert.Equal("""{"service_id":2,"cmd_id":131073,"content":"writing"}""", P2PCommand.Writing.ToJson());
        Assert.Equal("""{"service_id":2,"cmd_id":131074,"content":"stop writing"}""", P2PCommand.StoppedWriting.ToJson());
        Assert.Equal("""{"service_id":1,"cmd_id":65537,"content":"shakewindow"}""", P2PCommand.ShakeWindow.ToJson());
    }

    [Theory]
    [InlineData("""{"cmd_id":65537,"service_id":1,"content":"shakewindow","more":[1]}""")]
    [InlineData("""{"cmd_id":"65537","service_id":"1","content":"shakewindow"}""")]
    public void Command_is_read_however_its_numbers_are_written(string json) =>
        Assert.Equal(P2PCommand.ShakeWindow, P2PCommand.TryParse(json));

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("7")]
    [InlineData("{")]
    [InlineData("""{"service_id":1}""")]
    [InlineData("""{"service_id":-1,"cmd_id":1.5}""")]
    [InlineData("""{"service_id":true,"cmd_id":null}""")]
    public void Anything_else_is_no_command(string json) => Assert.Null(P2PCommand.TryParse(json));

    [Fact]
    public void Any_content_survives()
    {
        var command = new P2PCommand(3, 0x3_0001, "\"quoted\" \n 你好 \\");
        Assert.Equal(command, P2PCommand.TryParse(command.ToJson()));
    }
}
