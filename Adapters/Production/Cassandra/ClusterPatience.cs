using BrokerIm.Core.Ports;
using Microsoft.Extensions.Logging;

namespace BrokerIm.Adapters.Production.Cassandra;

/// <summary>Waits for a cluster that is just starting, as long as the settings say.</summary>
internal sealed class ClusterPatience(CassandraOptions options, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    /// <summary>Asks again until there is an answer.</summary>
    /// <exception cref="DependencyUnavailableException">There was none within <see cref="CassandraOptions.StartTimeout"/>.</exception>
    public async ValueTask<TResult> AskAsync<TResult>(
        Func<CancellationToken, ValueTask<TResult>> ask, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            try
            {
                return await ask(cancellationToken);
            }
            catch (DependencyUnavailableException exception) when (time.GetElapsedTime(began) < options.StartTimeout)
            {
                log.ClusterAwaited(options.ContactPoints, exception.Message);
            }
            catch (DependencyUnavailableException exception)
            {
                throw new DependencyUnavailableException(
                    $"No Cassandra node at {options.ContactPoints} answered within {options.StartTimeout}: {exception.Message}", exception);
            }

            await Task.Delay(s_pause, time, cancellationToken);
        }
    }
}
