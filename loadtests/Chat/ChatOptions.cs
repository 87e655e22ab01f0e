using System.Net;
using BrokerIm.Contracts.Wire;

namespace BrokerIm.LoadTests.Chat;

/// <summary>What the chat scenario does.</summary>
/// <param name="Target">The server.</param>
/// <param name="Pairs">Pairs of users; both of a pair send.</param>
/// <param name="Outstanding">Messages of one connection that may be without an ack.</param>
/// <param name="Duration">How long is measured.</param>
/// <param name="WarmUp">How long is sent before that.</param>
/// <param name="Rate">Messages per second of all together, evenly spaced; null sends as fast as the acks come.</param>
/// <param name="MessageBytes">Size of the message data.</param>
/// <param name="ClientType">What the connections pass for.</param>
internal sealed record ChatOptions(
    EndPoint Target,
    int Pairs,
    int Outstanding,
    TimeSpan Duration,
    TimeSpan WarmUp,
    double? Rate,
    int MessageBytes,
    ClientType ClientType);
