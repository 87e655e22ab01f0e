using System.Net;
using BrokerIm.Core.Values;
using BrokerIm.Gateway.Sessions;
using Microsoft.Extensions.Logging;

namespace BrokerIm.Gateway;

/// <summary>What the gateway logs: 200x connections, 201x logins, 202x presence and signals, 203x start and stop, 204x the directory.</summary>
internal static partial class GatewayLog
{
    [LoggerMessage(2001, LogLevel.Debug, "Connection {Connection}: opened from {Remote}")]
    public static partial void ConnectionOpened(this ILogger log, ulong connection, IPAddress? remote);

    [LoggerMessage(2002, LogLevel.Debug, "Connection {Connection}: ended, {Reason}")]
    public static partial void ConnectionClosed(this ILogger log, ulong connection, CloseReason? reason);

    [LoggerMessage(2003, LogLevel.Debug, "Connection {Connection}: framing is broken ({Reject}), closing")]
    public static partial void FramingBroken(this ILogger log, ulong connection, string reject);

    [LoggerMessage(2004, LogLevel.Debug, "Connection {Connection}: {Commands} commands without login, closing")]
    public static partial void NeverLoggedIn(this ILogger log, ulong connection, int commands);

    [LoggerMessage(2005, LogLevel.Debug, "Connection {Connection}: command {Command:x4} does not parse and is dropped")]
    public static partial void CommandUnparsable(this ILogger log, ulong connection, ushort command);

    [LoggerMessage(2006, LogLevel.Warning, "Connection {Connection}: command {Command:x4} goes without answer")]
    public static partial void CommandUnanswered(this ILogger log, Exception exception, ulong connection, ushort command);

    [LoggerMessage(2007, LogLevel.Warning, "A connection could not be taken in")]
    public static partial void NotAccepted(this ILogger log, Exception exception);

    [LoggerMessage(2010, LogLevel.Debug, "Connection {Connection}: user {User} logged in with {Client}")]
    public static partial void LoggedIn(this ILogger log, ulong connection, UserId user, Contracts.Wire.ClientType client);

    [LoggerMessage(2011, LogLevel.Debug, "Connection {Connection}: login refused, {Result}")]
    public static partial void LoginRefused(this ILogger log, ulong connection, string result);

    [LoggerMessage(2012, LogLevel.Warning, "Connection {Connection}: login refused, a service does not answer")]
    public static partial void LoginImpossible(this ILogger log, Exception exception, ulong connection);

    [LoggerMessage(2013, LogLevel.Error, "The stored password of user {User} cannot be read; nobody can log in with it")]
    public static partial void CredentialUnreadable(this ILogger log, UserId user);

    [LoggerMessage(2015, LogLevel.Warning, "The imported password of user {User} could not be replaced; trying again at the next login")]
    public static partial void CredentialNotReplaced(this ILogger log, UserId user);

    [LoggerMessage(2016, LogLevel.Warning, "The resume token of user {User} could not be stored; the device keeps the one it has")]
    public static partial void ResumeTokenNotStored(this ILogger log, Exception exception, UserId user);

    [LoggerMessage(2014, LogLevel.Debug, "Connection {Connection}: user {User} kicked, {Reason}")]
    public static partial void Kicked(this ILogger log, ulong connection, UserId user, string reason);

    [LoggerMessage(2020, LogLevel.Information, "Gateway {Gateway} holds its presence lease")]
    public static partial void LeaseTaken(this ILogger log, GatewayAddress gateway);

    [LoggerMessage(2021, LogLevel.Warning, "The presence lease could not be renewed; trying again")]
    public static partial void LeaseNotRenewed(this ILogger log, Exception exception);

    [LoggerMessage(2022, LogLevel.Warning, "The presence registry lost its content; announced {Sessions} sessions again")]
    public static partial void PresenceAnnouncedAgain(this ILogger log, int sessions);

    [LoggerMessage(2023, LogLevel.Warning, "Connection {Connection}: its presence could not be removed; trying again with the lease")]
    public static partial void PresenceNotRemoved(this ILogger log, Exception exception, ulong connection);

    [LoggerMessage(2024, LogLevel.Warning, "The presence of user {User} could not be read; going by the sessions of this gateway")]
    public static partial void PresenceNotRead(this ILogger log, Exception exception, UserId user);

    [LoggerMessage(2025, LogLevel.Warning, "{Signals} signals to other gateways could not be sent; trying again")]
    public static partial void SignalsNotSent(this ILogger log, Exception exception, int signals);

    [LoggerMessage(2026, LogLevel.Error, "{Signals} signals to other gateways were given up")]
    public static partial void SignalsLost(this ILogger log, int signals);

    [LoggerMessage(2027, LogLevel.Warning, "The presence lease could not be given up; it runs out by itself")]
    public static partial void LeaseNotRetired(this ILogger log, Exception exception);

    [LoggerMessage(2080, LogLevel.Information, "{Users} users were online through gateways that are gone")]
    public static partial void OrphansSettled(this ILogger log, int users);

    [LoggerMessage(2081, LogLevel.Warning, "Which gateways are there could not be read, trying again")]
    public static partial void GatewaysNotRead(this ILogger log, Exception exception);

    [LoggerMessage(2028, LogLevel.Warning, "{Commands} commands from client to client did not reach every gateway")]
    public static partial void PeerCommandsLost(this ILogger log, Exception exception, int commands);

    [LoggerMessage(2030, LogLevel.Information, "Closing {Connections} connections")]
    public static partial void DrainStarted(this ILogger log, int connections);

    [LoggerMessage(2031, LogLevel.Information, "All connections are closed")]
    public static partial void DrainEnded(this ILogger log);

    [LoggerMessage(2032, LogLevel.Warning, "The time to close connections is over; {Connections} are cut off")]
    public static partial void DrainCutShort(this ILogger log, int connections);

    [LoggerMessage(2082, LogLevel.Warning, "Connection {Connection}: user {User} logged out, but the tokens of the device could not be erased")]
    public static partial void DeviceTokenNotErased(this ILogger log, Exception exception, ulong connection, UserId user);
}
