using System.Diagnostics.Metrics;
using BrokerIm.Contracts.Wire;
using BrokerIm.Gateway.Sessions;

namespace BrokerIm.Gateway.Connections;

/// <summary>Counts connections for the gauge <c>im_connections</c>.</summary>
internal static class ConnectionCounts
{
    /// <summary>One measurement for each client type and state that occurs.</summary>
    public static IEnumerable<Measurement<int>> Of(ConnectionTable table) => table.All
        .GroupBy(session => (session.Client, session.State))
        .Select(group => new Measurement<int>(
            group.Count(), new("client_type", LabelOf(group.Key.Client)), new("state", LabelOf(group.Key.State))));

    private static string LabelOf(ClientType client) => client switch
    {
        ClientType.Windows => "windows",
        ClientType.Mac => "mac",
        ClientType.Ios => "ios",
        ClientType.Android => "android",
        _ => "unknown",
    };

    private static string LabelOf(SessionState state) => state switch
    {
        SessionState.Connected => "connected",
        SessionState.LoggedIn => "logged_in",
        SessionState.Kicked => "kicked",
        _ => "closed",
    };
}
