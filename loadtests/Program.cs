using System.CommandLine;
using BrokerIm.LoadTests.Chat;
using BrokerIm.LoadTests.Connect;
using BrokerIm.LoadTests.Cql;
using BrokerIm.LoadTests.Group;
using BrokerIm.LoadTests.Idle;
using BrokerIm.LoadTests.Mixed;
using BrokerIm.LoadTests.Offline;
using BrokerIm.LoadTests.Rivals;
using BrokerIm.LoadTests.SelfTest;
using BrokerIm.LoadTests.Users;

var root = new RootCommand("Load tests for BrokerIm: they count what arrives, not what was sent.")
{
    ConnectCommand.Create(),
    IdleCommand.Create(),
    ChatCommand.Create(),
    GroupCommand.Create(),
    OfflineCommand.Create(),
    MixedCommand.Create(),
    SelfTestCommand.Create(),
    CompareCommand.Create(),
    CqlCommand.Create(),
    UsersCommand.Create(),
};

return await root.Parse(args).InvokeAsync();
