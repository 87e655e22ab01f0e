using System.Runtime.CompilerServices;
using BrokerIm.Cql.Wire;

namespace BrokerIm.Cql.Cluster;

/// <summary>
/// The statements that this session has prepared, by text. One node is asked; the others learn a statement when they answer that they
/// do not know it, as they do after a restart as well. So there is one way only by which a node learns, and it is in use every day.
/// </summary>
/// <remarks>Statements are kept for the session's life: texts are constants of a program, values belong into bind markers.</remarks>
internal sealed class PreparedStatements(RequestRunner runner, PartitionKeys keys, CqlOptions options)
{
    private readonly SharedWork<string, CqlPrepared> _statements = new(keepsResults: true);
    private readonly SharedWork<(LiveConnection Connection, string Text), PreparedInfo> _again = new(keepsResults: false);

    /// <summary>Prepares a statement, once for all who ask.</summary>
    public Task<CqlPrepared> GetAsync(string text, CancellationToken cancellationToken) =>
        _statements.DoAsync(text, this, static (text, self) => self.PrepareAsync(text)).WaitAsync(cancellationToken);

    /// <summary>Runs a request on a connection; statements that the node does not know are prepared there, and it is run again.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<CqlRows> ExecuteAsync(
        LiveConnection connection, CqlRequest request, long deadline, CancellationToken cancellationToken)
    {
        try
        {
            return await connection.Wire.ExecuteAsync(request, deadline, cancellationToken);
        }
        catch (CqlUnpreparedException)
        {
            // Nothing was done: a node looks for its statements first.
        }

        // The answer names one of a batch's statements; a node that has lost one has lost them all.
        foreach (var prepared in Of(request).Distinct())
            await PrepareAgainAsync(connection, prepared, deadline, cancellationToken);
        return await connection.Wire.ExecuteAsync(request, deadline, cancellationToken);
    }

    private static IEnumerable<CqlPrepared> Of(CqlRequest request) => request switch
    {
        CqlStatement { Prepared: { } prepared } => [prepared],
        CqlBatch batch => batch.Statements.Select(statement => statement.Prepared).OfType<CqlPrepared>(),
        _ => [],
    };

    private Task<CqlPrepared> PrepareAsync(string text)
    {
        var facts = new RequestFacts(text, IsIdempotent: true, IsOneWrite: true, options.RequestTimeout);
        var preparing = runner.RunAsync(
            facts, (Self: this, Text: text),
            static (connection, state, deadline, cancel) => state.Self.PrepareOnAsync(connection, state.Text, deadline, cancel),
            CancellationToken.None);
        return preparing.AsTask();
    }

    private async ValueTask<CqlPrepared> PrepareOnAsync(
        LiveConnection connection, string text, long deadline, CancellationToken cancellationToken)
    {
        var info = await connection.Wire.PrepareAsync(text, deadline, cancellationToken);
        var partitionKey = info.PartitionKey ?? await keys.FindAsync(connection.Wire, info.Parameters, deadline, cancellationToken);
        return new(text, info.Id, info.Parameters, partitionKey, info.Columns);
    }

    private async Task PrepareAgainAsync(
        LiveConnection connection, CqlPrepared prepared, long deadline, CancellationToken cancellationToken)
    {
        var preparing = _again.DoAsync((connection, prepared.Text), options, static (key, options) =>
        {
            options.Log.PreparingAgain(key.Connection.Wire.Node, key.Text);
            var deadline = options.Time.DeadlineAfter(options.RequestTimeout);
            return key.Connection.Wire.PrepareAsync(key.Text, deadline, CancellationToken.None).AsTask();
        });
        PreparedInfo info;
        try
        {
            info = await preparing.WaitAsync(options.Time.Until(deadline), options.Time, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw new CqlTimeoutException("A statement could not be prepared again in time.");
        }

        if (!info.Id.AsSpan().SequenceEqual(prepared.Id))
        {
            throw new CqlException(
                $"The node knows the statement '{prepared.Text}' by another id than before: it means something else there now.");
        }
    }
}
