using System.Net;

namespace BrokerIm.LoadTests.Mixed;

/// <summary>What the scenario does.</summary>
/// <param name="Target">Server.</param>
/// <param name="Users">How many log in.</param>
/// <param name="GroupSize">Members of each group; every user is in one.</param>
/// <param name="Rate">Messages per second of all together; half go to groups, half to one other user.</param>
/// <param name="Duration">How long they talk.</param>
internal sealed record MixedOptions(EndPoint Target, int Users, int GroupSize, double Rate, TimeSpan Duration);
