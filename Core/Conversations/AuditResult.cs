namespace BrokerIm.Core.Conversations;

/// <summary>What an audit found in a conversation.</summary>
/// <param name="Messages">Messages it has.</param>
/// <param name="Erased">How many of them were erased, in order.</param>
/// <param name="Findings">What is wrong, a sentence each; nothing when all is well.</param>
public sealed record AuditResult(uint Messages, uint Erased, IReadOnlyList<string> Findings);
