using BrokerIm.Core.Ports;
using Microsoft.Extensions.Options;

namespace BrokerIm.Gateway;

/// <summary>Gives questions to the store and the directory a deadline: a client that waits too long has given up anyway.</summary>
internal sealed class QueryDeadline(IOptions<GatewayOptions> options, TimeProvider time)
{
    /// <summary>Asks, and gives up after <see cref="GatewayOptions.QueryDeadline"/>.</summary>
    /// <exception cref="DependencyUnavailableException">No answer in time.</exception>
    public async ValueTask<T> AskAsync<T>(Func<CancellationToken, ValueTask<T>> question, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(options.Value.QueryDeadline, time);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            return await question(ended.Token);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new DependencyUnavailableException($"No answer within {options.Value.QueryDeadline}.", exception);
        }
    }
}
