using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace BrokerIm.Server.Hosting;

/// <summary>What <c>/ready</c> asks before it says yes.</summary>
internal static class ReadinessChecks
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(2);

    /// <summary>Adds the checks that every role shares; a role that reads a log adds <see cref="AddPartitionsCheck{TRecord}"/>.</summary>
    public static IHealthChecksBuilder AddReadiness(this IServiceCollection services) => services.AddHealthChecks()
        .AddCheck<StoppingCheck>("running", timeout: s_deadline)
        .AddCheck<StoreCheck>("store", timeout: s_deadline);

    /// <summary>Says when a worker has nothing to read: more workers than partitions, or a group that is still forming.</summary>
    public static IHealthChecksBuilder AddPartitionsCheck<TRecord>(this IHealthChecksBuilder checks, string name) =>
        checks.AddCheck<PartitionsCheck<TRecord>>(name);

    /// <summary>A process that was told to stop takes no new work.</summary>
    private sealed class StoppingCheck(IHostApplicationLifetime lifetime) : IHealthCheck
    {
        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken) =>
            Task.FromResult(lifetime.ApplicationStopping.IsCancellationRequested
                ? HealthCheckResult.Unhealthy("stopping")
                : HealthCheckResult.Healthy());
    }

    /// <summary>The store answers a question.</summary>
    private sealed class StoreCheck(IConversationReader store) : IHealthCheck
    {
        private static readonly ConversationId[] s_any = [ConversationId.Pair(new(1), new(2))];

        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken)
        {
            try
            {
                await store.HeadsAsync(s_any, cancellationToken);
                return HealthCheckResult.Healthy();
            }
            catch (DependencyUnavailableException exception)
            {
                return HealthCheckResult.Unhealthy(exception.Message);
            }
        }
    }

    private sealed class PartitionsCheck<TRecord>(ILogReader<TRecord> reader) : IHealthCheck
    {
        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken)
        {
            // Spare workers are a choice, so having nothing to read is worth saying and no reason to restart anything.
            var held = reader.Assignments;
            return Task.FromResult(held.Count > 0
                ? HealthCheckResult.Healthy($"reads {held.Count} partitions")
                : HealthCheckResult.Degraded("reads no partition"));
        }
    }
}
