using System.CommandLine;
using BrokerIm.Faults;

var root = new RootCommand("Breaks a running BrokerIm in every way there is, and checks what its users saw.")
{
    RunCommand.Create(),
    CheckCommand.Create(),
};

return await root.Parse(args).InvokeAsync();
