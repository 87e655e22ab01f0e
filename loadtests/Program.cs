using System.CommandLine;
using BrokerIm.LoadTests.Chat;
using BrokerIm.LoadTests.Connect;
using BrokerIm.LoadTests.Cql;
using BrokerIm.LoadTests.Group;
using BrokerIm.LoadTests.Idle;
using BrokerIm.LoadTests.Mixed;
using BrokerIm.LoadTests.Offline;
using BrokerIm.LoadTests.Rivals;
using BrokerIm.LoadTests.Rivals.Null;
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
    NullServerCommand.Create(),
};

// 1 means that something was lost; a wrong argument must not look like that.
var arguments = root.Parse(args);
var exitCode = await arguments.InvokeAsync();
return arguments.Errors.Count > 0 ? 2 : exitCode;
