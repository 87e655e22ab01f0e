using System.Net;
using BrokerIm.Contracts.Wire;
using BrokerIm.LoadTests.Talk;

namespace BrokerIm.LoadTests.Chat;

/// <summary>What the chat scenario does.</summary>
/// <param name="Target">The server.</param>
/// <param name="Pairs">Pairs of users; both of a pair send.</param>
/// <param name="ClientType">What the connections pass for.</param>
/// <param name="Talk">How they talk.</param>
internal sealed record ChatOptions(EndPoint Target, int Pairs, ClientType ClientType, TalkOptions Talk);
