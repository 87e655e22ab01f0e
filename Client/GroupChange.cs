namespace BrokerIm.Client;

/// <summary>What became of a group's members.</summary>
/// <param name="Group">The group.</param>
/// <param name="Changed">Who was added or removed.</param>
/// <param name="Members">Who is a member now.</param>
public sealed record GroupChange(uint Group, IReadOnlyList<uint> Changed, IReadOnlyList<uint> Members);
