using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Values;
using BrokerIm.Gateway.Sessions;

namespace BrokerIm.Gateway.Presence;

/// <summary>Tells a user's own phones here whether a PC of his is online (protocol chapter 02 section 8).</summary>
internal static class PhoneNotice
{
    /// <summary>Tells them.</summary>
    public static void Tell(ConnectionTable table, UserId user, UserStatType pc)
    {
        foreach (var session in table.SessionsOf(user))
        {
            if (session.Class == DeviceClass.Mobile)
                session.Send(Command.PCLoginStatusNotify, 0, new IMPCLoginStatusNotify { UserId = user.Value, LoginStat = pc });
        }
    }
}
