using System.CommandLine;
using BrokerIm.LoadTests.Chat;
using BrokerIm.LoadTests.Cql;
using BrokerIm.LoadTests.Mixed;
using BrokerIm.LoadTests.Users;

var root = new RootCommand("Load tests for BrokerIm: they count what arrives, not what was sent.")
{
    ChatCommand.Create(),
    MixedCommand.Create(),
    CqlCommand.Create(),
    UsersCommand.Create(),
};

return await root.Parse(args).InvokeAsync();
