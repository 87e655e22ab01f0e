using System.CommandLine;
using BrokerIm.Faults;

var root = new RootCommand("Breaks a running BrokerIm in every way there is, and checks what its users saw.")
{
    RunCommand.Create(),
    CheckCommand.Create(),
};

// What it started must not outlive it, and takes a while to stop.
return await root.Parse(args).InvokeAsync(new() { ProcessTerminationTimeout = TimeSpan.FromMinutes(2) });
