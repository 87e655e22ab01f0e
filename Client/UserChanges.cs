using BrokerIm.Contracts.Wire;

namespace BrokerIm.Client;

/// <summary>Profiles that changed.</summary>
/// <param name="Users">The profiles; those with status 3 have left.</param>
/// <param name="Until">Ask from this time on to learn about later changes.</param>
public sealed record UserChanges(IReadOnlyList<UserInfo> Users, DateTimeOffset Until);
