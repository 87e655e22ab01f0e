using System.Net;

namespace BrokerIm.LoadTests.Mixed;

/// <summary>What the scenario does.</summary>
/// <param name="Target">Server.</param>
/// <param name="Users">How many log in.</param>
/// <param name="GroupSize">Members of each group; every user is in one.</param>
/// <param name="Rate">Messages per second of all together; half go to groups, half to one other user.</param>
/// <param name="ReconnectRate">Users per second who lose their connection and come back.</param>
internal sealed record MixedOptions(EndPoint Target, int Users, int GroupSize, double Rate, double ReconnectRate);
