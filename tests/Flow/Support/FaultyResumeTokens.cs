using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;

namespace BrokerIm.Tests.Flow.Support;

/// <summary>Resume tokens that cannot be reached when told so.</summary>
internal sealed class FaultyResumeTokens(IResumeTokens inner) : IResumeTokens
{
    /// <summary>While set, nothing is answered.</summary>
    public bool IsDown { get; set; }

    private IResumeTokens Inner => IsDown ? throw new DependencyUnavailableException("The directory is down.") : inner;

    public ValueTask<IReadOnlyList<ResumeRecord>> ReadAsync(UserId user, CancellationToken cancellationToken) =>
        Inner.ReadAsync(user, cancellationToken);

    public ValueTask PutAsync(UserId user, ResumeRecord record, CancellationToken cancellationToken) =>
        Inner.PutAsync(user, record, cancellationToken);

    public ValueTask RemoveAsync(UserId user, Guid device, CancellationToken cancellationToken) =>
        Inner.RemoveAsync(user, device, cancellationToken);
}
