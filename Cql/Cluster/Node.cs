using System.Net;
using BrokerIm.Cql.Wire;

namespace BrokerIm.Cql.Cluster;

/// <summary>
/// The connections to one node: opened in the background, opened again when they are lost, for as long as the node is one of ours.
/// </summary>
internal sealed class Node : IAsyncDisposable
{
    private readonly CqlOptions _options;
    private readonly CqlMetrics _metrics;
    private readonly int? _version;
    private readonly Action _connected;
    private readonly AsyncSignal _wake = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _run;

    // Replaced as a whole; only the loop writes it.
    private volatile LiveConnection[] _connections = [];
    private volatile NodeRow _row;
    private volatile Exception? _lastFailure;

    // Connections in a row that were lost sooner than opening one may take.
    private int _shortLives;

    /// <param name="row">The node.</param>
    /// <param name="options">How to reach it.</param>
    /// <param name="version">Protocol version to begin with; null for the highest.</param>
    /// <param name="metrics">What is counted.</param>
    /// <param name="connected">Told of each connection that is ready; must not take long.</param>
    public Node(NodeRow row, CqlOptions options, int? version, CqlMetrics metrics, Action connected)
    {
        (_row, _options, _version, _metrics, _connected) = (row, options, version, metrics, connected);
        _run = StayConnectedAsync(_stopping.Token);
    }

    public IPEndPoint EndPoint => _row.EndPoint;

    /// <summary>What the cluster last said about it.</summary>
    public NodeRow Row
    {
        get => _row;
        set => _row = value;
    }

    /// <summary>Connections that are open.</summary>
    public int Connections => _connections.Count(connection => connection.IsAlive);

    /// <summary>Why it could not be reached the last time that it could not; null while it can.</summary>
    public Exception? LastFailure => _lastFailure;

    /// <summary>The connection with the least to do; null if none is open.</summary>
    public LiveConnection? LeastBusy()
    {
        LiveConnection? best = null;
        var least = int.MaxValue;
        foreach (var connection in _connections)
        {
            var inFlight = connection.Wire.InFlight;
            if (inFlight < least && connection.IsAlive)
                (best, least) = (connection, inFlight);
        }

        return best;
    }

    public CqlNode Describe()
    {
        var row = _row;
        return new(row.EndPoint, row.HostId, row.Datacenter, row.Rack, row.ReleaseVersion, Connections);
    }

    /// <summary>There is reason to believe that it can be reached: does not wait any longer before trying.</summary>
    public void TryNow() => _wake.Set();

    /// <summary>Opens no more connections; those that are open stay until the node is disposed of.</summary>
    public void Retire() => _stopping.Cancel();

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _run;
        foreach (var connection in _connections)
            await CloseAsync(connection);
        _connections = [];
        _stopping.Dispose();
    }

    private async Task StayConnectedAsync(CancellationToken stopping)
    {
        var failures = 0;
        try
        {
            while (true)
            {
                await RemoveEndedAsync();
                if (_connections.Length >= _options.ConnectionsPerNode)
                {
                    await _wake.WaitAsync(Timeout.InfiniteTimeSpan, _options.Time, stopping);
                    continue;
                }

                // A node that accepts connections and drops them at once is no better than one that refuses them.
                if (failures + _shortLives > 0)
                    await WaitAsync(failures + _shortLives, stopping);
                failures = await TryOpenAsync(failures == 0, stopping) ? 0 : failures + 1;
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The node is ours no longer.
        }
    }

    private Task<bool> WaitAsync(int failures, CancellationToken stopping)
    {
        var delay = Backoff.After(failures, _options.ReconnectMin, _options.ReconnectMax);
        return _wake.WaitAsync(delay, _options.Time, stopping);
    }

    private async Task<bool> TryOpenAsync(bool isFirst, CancellationToken stopping)
    {
        try
        {
            var wire = await CqlConnection.OpenAsync(EndPoint, _options, _version, onEvent: null, stopping);
            var connection = new LiveConnection(wire, _options);
            _connections = [.. _connections, connection];
            _lastFailure = null;
            _metrics.ConnectionOpened();
            _ = wire.Ended.ContinueWith(
                _ => TryNow(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            _connected();
            if (_connections.Length == 1)
                _options.Log.NodeConnected(EndPoint, _row.Datacenter, wire.Version);
            return true;
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !stopping.IsCancellationRequested)
        {
            // Whatever it is: it is reported, and a node that is not tried again would be lost for good.
            _lastFailure = failure;
            if (isFirst)
                _options.Log.NodeUnreachable(EndPoint, failure.Message);
            else
                _options.Log.NodeStillUnreachable(EndPoint, failure.Message);
            return false;
        }
    }

    private async ValueTask RemoveEndedAsync()
    {
        foreach (var connection in _connections.Where(connection => !connection.IsAlive).ToArray())
        {
            _connections = [.. _connections.Where(other => other != connection)];
            _lastFailure = connection.EndReason;
            var lived = _options.Time.GetElapsedTime(connection.Opened);
            _shortLives = lived < _options.ConnectTimeout ? _shortLives + 1 : 0;
            _options.Log.ConnectionLost(EndPoint, _connections.Length, connection.EndReason?.Message);
            await CloseAsync(connection);
        }
    }

    private async ValueTask CloseAsync(LiveConnection connection)
    {
        await connection.DisposeAsync();
        _metrics.ConnectionClosed();
    }
}
