using BrokerIm.LoadTests;

namespace BrokerIm.Tests.Unit.LoadTests;

public sealed class OwnProgramTests
{
    [Theory]
    [InlineData("/usr/bin/dotnet", "/kit/BrokerIm.LoadTests.dll", "/usr/bin/dotnet", "/kit/BrokerIm.LoadTests.dll")]
    [InlineData("/kit/BrokerIm.LoadTests", "/kit/BrokerIm.LoadTests.dll", "/kit/BrokerIm.LoadTests")]
    public void Program_starts_again_as_it_was_started(string process, string program, params string[] command) =>
        Assert.Equal(command, OwnProgram.CommandOf(process, program));
}
