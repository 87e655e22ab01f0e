namespace BrokerIm.Tests.Fuzz;

/// <summary>Who there is for frames to be about.</summary>
/// <param name="Names">Login names of the users who send fuzzed frames.</param>
/// <param name="Users">Their ids.</param>
/// <param name="Others">Ids of groups, and of nobody.</param>
/// <param name="Canaries">Users whom no frame may name: anybody may write to them, but here nobody does.</param>
internal sealed record FuzzWorld(string[] Names, uint[] Users, uint[] Others, IReadOnlySet<uint> Canaries);
