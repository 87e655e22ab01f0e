using System.Net;
using BrokerIm.Contracts.Wire;

namespace BrokerIm.LoadTests.Offline;

/// <summary>What the offline scenario does.</summary>
/// <param name="Target">The server.</param>
/// <param name="Receivers">Users with a backlog; as many others write to them.</param>
/// <param name="Messages">Messages that wait for each.</param>
/// <param name="PageSize">Messages asked for at once; the clients of TeamTalk ask for 20.</param>
/// <param name="AtOnce">Users who drain at any time.</param>
/// <param name="MessageBytes">Size of the message data.</param>
/// <param name="ClientType">What the connections pass for.</param>
internal sealed record OfflineOptions(
    EndPoint Target, int Receivers, int Messages, int PageSize, int AtOnce, int MessageBytes, ClientType ClientType);
