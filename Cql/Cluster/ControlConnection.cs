using System.Net;
using System.Net.Sockets;
using BrokerIm.Cql.Wire;

namespace BrokerIm.Cql.Cluster;

/// <summary>
/// The connection through which the session learns of the cluster: what it looks like and what changes. When it is lost another node
/// takes over; until one does, the session goes on with what it knows.
/// </summary>
internal sealed class ControlConnection : IAsyncDisposable
{
    /// <summary>What changes at one time is announced by many events; they are gathered for so long.</summary>
    private static readonly TimeSpan s_gathering = TimeSpan.FromSeconds(1);

    /// <summary>When to look again for what the cluster does not know about one of its nodes yet.</summary>
    private static readonly TimeSpan s_lookAgain = TimeSpan.FromSeconds(30);

    private static readonly string[] s_events = ["TOPOLOGY_CHANGE", "STATUS_CHANGE", "SCHEMA_CHANGE"];

    private readonly CqlOptions _options;
    private readonly ClusterNodes _nodes;
    private readonly Action _schemaChanged;
    private readonly ContactPoint[] _contactPoints;
    private readonly AsyncSignal _wake = new();
    private readonly CancellationTokenSource _stopping = new();
    private volatile LiveConnection? _current;
    private volatile bool _isComplete = true;
    private Task _run = Task.CompletedTask;

    /// <param name="options">How to reach the cluster; checked before.</param>
    /// <param name="nodes">Told of every change.</param>
    /// <param name="schemaChanged">Called when a keyspace or table has changed; must not take long.</param>
    public ControlConnection(CqlOptions options, ClusterNodes nodes, Action schemaChanged)
    {
        (_options, _nodes, _schemaChanged) = (options, nodes, schemaChanged);
        _contactPoints = [.. options.ContactPoints.Select(text => ContactPoint.TryParse(text, out var point) ? point : default)];
    }

    /// <summary>The connection; for a moment it may be one that has ended.</summary>
    public CqlConnection Wire => _current?.Wire ?? throw new InvalidOperationException("Not started.");

    /// <summary>Connects to the first contact point that answers, and begins to follow what changes.</summary>
    /// <exception cref="CqlNoNodeException">None answers; says why, for each.</exception>
    /// <exception cref="CqlAuthenticationException">One refuses the credentials.</exception>
    /// <exception cref="CqlServerException">One answers that there is no such keyspace, or that it must not be used.</exception>
    public async ValueTask StartAsync(CancellationToken cancellationToken)
    {
        var failures = new List<string>();
        Exception? last = null;
        foreach (var contactPoint in _contactPoints)
        {
            foreach (var endPoint in await ResolveAsync(contactPoint, failures, cancellationToken))
            {
                try
                {
                    await ConnectAsync(endPoint, isFirst: true, cancellationToken);
                    _run = FollowAsync(_stopping.Token);
                    return;
                }
                catch (CqlException failure) when (!IsAnAnswer(failure))
                {
                    last = failure;
                    failures.Add(failure.Message);
                }
            }
        }

        throw new CqlNoNodeException($"No contact point can be used: {string.Join("; ", failures)}", last);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _run;
        if (_current is { } current)
            await current.DisposeAsync();
        _stopping.Dispose();
    }

    /// <summary>Whether it would be the same with any other node.</summary>
    private static bool IsAnAnswer(CqlException failure) =>
        failure is CqlAuthenticationException or CqlServerException { Code: CqlErrorCode.Invalid or CqlErrorCode.Unauthorized };

    private static async ValueTask<IReadOnlyList<IPEndPoint>> ResolveAsync(
        ContactPoint contactPoint, List<string> failures, CancellationToken cancellationToken)
    {
        try
        {
            return await contactPoint.ResolveAsync(cancellationToken);
        }
        catch (SocketException unknown)
        {
            failures.Add($"{contactPoint.Host}: {unknown.Message}");
            return [];
        }
    }

    private async ValueTask ConnectAsync(IPEndPoint endPoint, bool isFirst, CancellationToken cancellationToken)
    {
        var wire = await CqlConnection.OpenAsync(endPoint, _options, version: null, OnEvent, cancellationToken);
        try
        {
            // Events first: what changes while the tables are read must not be missed.
            var deadline = _options.Time.DeadlineAfter(_options.RequestTimeout);
            await wire.RegisterAsync(s_events, deadline, cancellationToken);
            var topology = await new SystemTables(wire, deadline).ReadAsync(cancellationToken);
            if (isFirst)
                _nodes.LocalDatacenter = ChooseDatacenter(topology, endPoint);
            _nodes.Version = wire.Version;
            Apply(topology);
            if (isFirst)
                _options.Log.ClusterConnected(endPoint, topology.Nodes.Count, _nodes.LocalDatacenter);
        }
        catch
        {
            await wire.DisposeAsync();
            throw;
        }

        _current = new(wire, _options);
        _ = wire.Ended.ContinueWith(
            _ => _wake.Set(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private string ChooseDatacenter(Topology topology, IPEndPoint asked)
    {
        if (_options.LocalDatacenter is not { } wanted)
            return topology.Nodes[0].Datacenter;
        if (topology.Nodes.Any(node => node.Datacenter == wanted) || _options.MayUseRemoteDatacenters)
            return wanted;

        var there = string.Join(", ", topology.Nodes.Select(node => node.Datacenter).Distinct());
        throw new CqlNoNodeException($"No node is in datacenter {wanted}; there are nodes in {there}.") { Node = asked };
    }

    private void Apply(Topology topology)
    {
        _isComplete = topology.IsComplete;
        _nodes.Apply(topology);
    }

    private void OnEvent(CqlEvent change)
    {
        if (change.Kind == "STATUS_CHANGE" && change.Node is { } node)
        {
            _options.Log.NodeChanged(node, change.Change);
            _nodes.Note(node, isUp: change.Change != "DOWN");
        }
        else if (change.Kind == "SCHEMA_CHANGE")
        {
            _schemaChanged();
        }

        _wake.Set();
    }

    private async Task FollowAsync(CancellationToken stopping)
    {
        try
        {
            while (true)
            {
                await _wake.WaitAsync(_isComplete ? Timeout.InfiniteTimeSpan : s_lookAgain, _options.Time, stopping);
                if (_current!.IsAlive)
                    await RefreshAsync(stopping);
                if (!_current.IsAlive)
                    await MoveAsync(stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The session ends.
        }
    }

    private async Task RefreshAsync(CancellationToken stopping)
    {
        await Task.Delay(s_gathering, _options.Time, stopping);
        _wake.Unset();
        try
        {
            var deadline = _options.Time.DeadlineAfter(_options.RequestTimeout);
            Apply(await new SystemTables(Wire, deadline).ReadAsync(stopping));
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !stopping.IsCancellationRequested)
        {
            // Whatever it is, a node that cannot say what the cluster looks like is not the one to be asked.
            _options.Log.ControlFailed(Wire.Node, failure.Message);
            await _current!.DisposeAsync();
        }
    }

    private async Task MoveAsync(CancellationToken stopping)
    {
        var lost = _current!;
        _options.Log.ControlLost(lost.Wire.Node, lost.EndReason?.Message);
        await lost.DisposeAsync();
        for (var failures = 1; ; failures++)
        {
            var connected = _nodes.NextConnected;
            if (await TryMoveAsync(stopping))
                return;

            // Where a node can be reached again, it can be asked as well.
            var delay = Backoff.After(failures, _options.ReconnectMin, _options.ReconnectMax);
            await Task.WhenAny(connected, Task.Delay(delay, _options.Time, stopping));
            stopping.ThrowIfCancellationRequested();
        }
    }

    private async Task<bool> TryMoveAsync(CancellationToken stopping)
    {
        var reasons = new List<string>();
        await foreach (var endPoint in CandidatesAsync(reasons, stopping))
        {
            try
            {
                await ConnectAsync(endPoint, isFirst: false, stopping);
                _options.Log.ControlMoved(endPoint);

                // It can be reached, so its pool need not sit out its wait.
                _nodes.Note(endPoint, isUp: true);
                return true;
            }
            catch (Exception failure) when (failure is not OperationCanceledException || !stopping.IsCancellationRequested)
            {
                // Whatever it is: it is reported, and a session must not stop looking after itself.
                reasons.Add(failure.Message);
            }
        }

        _options.Log.ControlMissing(string.Join("; ", reasons));
        return false;
    }

    /// <summary>Nodes that are connected to, in no order; then all others; then what the contact points' names stand for by now.</summary>
    private async IAsyncEnumerable<IPEndPoint> CandidatesAsync(
        List<string> failures, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken stopping)
    {
        var nodes = _nodes.All().ToArray();
        Random.Shared.Shuffle(nodes);
        foreach (var node in nodes.OrderByDescending(node => node.Connections > 0))
            yield return node.EndPoint;

        foreach (var contactPoint in _contactPoints)
        {
            foreach (var endPoint in await ResolveAsync(contactPoint, failures, stopping))
            {
                if (!nodes.Any(node => node.EndPoint.Equals(endPoint)))
                    yield return endPoint;
            }
        }
    }
}
