using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace BrokerIm.Cql.Cluster;

/// <summary>What the runner has to know of a request.</summary>
/// <param name="Description">For errors and logs.</param>
/// <param name="IsIdempotent">Whether running it twice does no harm.</param>
/// <param name="IsOneWrite">As in <see cref="RetryFacts"/>.</param>
/// <param name="Timeout">For all attempts together.</param>
/// <param name="Keyspace">Keyspace of the partition; null where it is not known.</param>
/// <param name="Token">The partition's token.</param>
internal readonly record struct RequestFacts(
    string Description, bool IsIdempotent, bool IsOneWrite, TimeSpan Timeout, string? Keyspace = null, long Token = 0);

/// <summary>One attempt: asks over a connection, until a deadline.</summary>
internal delegate ValueTask<TResult> Ask<TState, TResult>(
    LiveConnection connection, TState state, long deadline, CancellationToken cancellationToken);

/// <summary>
/// Runs a request: asks the best node, and others for as long as <see cref="RetryRule"/>, the number of attempts and the time allow.
/// When nothing is connected it waits for a connection, but not long: whoever has time to wait asks again.
/// </summary>
internal sealed class RequestRunner(ClusterNodes nodes, RequestGate gate, CqlOptions options, CqlMetrics metrics)
{
    private static readonly TimeSpan s_patienceWithoutNodes = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_pauseMin = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan s_pauseMax = TimeSpan.FromSeconds(1);

    /// <exception cref="CqlException">The error of the last attempt; of an earlier one if that one leaves open what happened.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<TResult> RunAsync<TState, TResult>(
        RequestFacts facts, TState state, Ask<TState, TResult> ask, CancellationToken cancellationToken)
    {
        gate.Enter();
        metrics.RequestBegan();
        var began = options.Time.GetTimestamp();
        var outcome = "Failed";
        try
        {
            var result = await TryAsync(facts, state, ask, options.Time.DeadlineAfter(facts.Timeout), cancellationToken);
            outcome = "Ok";
            return result;
        }
        catch (Exception exception)
        {
            outcome = OutcomeOf(exception);
            throw;
        }
        finally
        {
            metrics.RequestEnded(outcome, options.Time.GetElapsedTime(began));
            gate.Leave();
        }
    }

    /// <summary>Waits until a node is connected.</summary>
    /// <exception cref="CqlNoNodeException">None is in time.</exception>
    public async ValueTask WaitForNodeAsync(TimeSpan atMost, CancellationToken cancellationToken)
    {
        if (await FindNodeAsync(options.Time.DeadlineAfter(atMost), cancellationToken) is null)
            throw NoNode(request: null);
    }

    private static string OutcomeOf(Exception exception) => exception switch
    {
        CqlServerException answer => answer.Code.ToString(),
        CqlTimeoutException => "TimedOut",
        CqlBusyException => "Busy",
        CqlConnectionException => "ConnectionLost",
        CqlNoNodeException => "NoNode",
        OperationCanceledException => "Cancelled",
        _ => "Failed",
    };

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<TResult> TryAsync<TState, TResult>(
        RequestFacts facts, TState state, Ask<TState, TResult> ask, long deadline, CancellationToken cancellationToken)
    {
        var plan = nodes.Plan(facts.Keyspace, facts.Token);
        var connection = plan.Next();
        var earlier = RetryReasons.None;
        CqlException? open = null;
        for (var attempt = 1; ; attempt++)
        {
            connection ??= await WaitForNodeAsync(open, facts.Description, deadline, cancellationToken);
            Retry retry;
            try
            {
                return await ask(connection, state, AttemptDeadline(facts, attempt, deadline), cancellationToken);
            }
            catch (CqlException error)
            {
                error.Node ??= connection.Wire.Node;
                error.Request ??= facts.Description;
                if (error is CqlConnectionException)
                    connection.NoteLoss();
                retry = RetryRule.After(error, new(facts.IsIdempotent, facts.IsOneWrite, earlier));
                open ??= RetryRule.LeavesOutcomeOpen(error) ? error : null;
                if (retry.Where == RetryWhere.Nowhere || attempt >= options.MaxAttempts || gate.IsClosed)
                    Throw(open ?? error);

                var pause = retry.Pauses ? Backoff.After(attempt, s_pauseMin, s_pauseMax) : TimeSpan.Zero;
                if (options.Time.Until(deadline) <= pause)
                    Throw(open ?? error);
                if (pause > TimeSpan.Zero)
                    await Task.Delay(pause, options.Time, cancellationToken);

                earlier |= retry.Reason;
                metrics.Retried(retry.Reason.ToString());
                options.Log.Retrying(retry.Reason.ToString(), error.Node, attempt, facts.Description);
            }

            if (retry.Where == RetryWhere.SameNode && connection.IsAlive)
                continue;
            connection = plan.Next();
            if (connection is not null)
                continue;

            // All have been asked; from the beginning.
            plan = nodes.Plan(facts.Keyspace, facts.Token);
            connection = plan.Next();
        }
    }

    // A node that hangs must not take all of the time where another one could be asked.
    private long AttemptDeadline(RequestFacts facts, int attempt, long deadline) =>
        attempt == 1 && facts.IsIdempotent && nodes.Table.Local.Length > 1
            ? options.Time.DeadlineAfter(options.Time.Until(deadline) / 2)
            : deadline;

    private async ValueTask<LiveConnection> WaitForNodeAsync(
        CqlException? open, string request, long deadline, CancellationToken cancellationToken)
    {
        var until = Math.Min(deadline, options.Time.DeadlineAfter(s_patienceWithoutNodes));
        if (await FindNodeAsync(until, cancellationToken) is { } connection)
            return connection;
        if (open is not null)
            Throw(open);
        throw NoNode(request);
    }

    private async ValueTask<LiveConnection?> FindNodeAsync(long deadline, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                var connected = nodes.NextConnected;
                var plan = nodes.Plan(keyspace: null, token: 0);
                if (plan.Next() is { } connection)
                    return connection;
                await connected.WaitAsync(options.Time.Until(deadline), options.Time, cancellationToken);
            }
        }
        catch (TimeoutException)
        {
            return null;
        }
    }

    private CqlNoNodeException NoNode(string? request)
    {
        var all = nodes.All();
        var reasons = all.Select(node => node.LastFailure?.Message ?? $"{node.EndPoint} is not connected yet");
        var last = all.Select(node => node.LastFailure).FirstOrDefault(failure => failure is not null);
        return new($"No node is connected: {string.Join("; ", reasons)}", last) { Request = request };
    }

    [DoesNotReturn]
    private static void Throw(Exception exception) => ExceptionDispatchInfo.Throw(exception);
}
