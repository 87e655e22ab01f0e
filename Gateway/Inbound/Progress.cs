namespace BrokerIm.Gateway.Inbound;

/// <summary>Counts what goes in and what comes out in the same order, and tells when everything up to now is out.</summary>
internal sealed class Progress
{
    private readonly Lock _gate = new();
    private readonly Queue<(long Goal, TaskCompletionSource Reached)> _waiting = new();
    private long _added;
    private long _finished;

    /// <summary>One more went in.</summary>
    public void Added() => Interlocked.Increment(ref _added);

    /// <summary>Some more came out.</summary>
    public void Finished(int count)
    {
        lock (_gate)
        {
            _finished += count;
            while (_waiting.TryPeek(out var next) && next.Goal <= _finished)
                _waiting.Dequeue().Reached.SetResult();
        }
    }

    /// <summary>Completes when as much has come out as had gone in by now.</summary>
    public Task WaitAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var goal = Interlocked.Read(ref _added);
            if (goal <= _finished)
                return Task.CompletedTask;

            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Enqueue((goal, reached));
            return reached.Task.WaitAsync(cancellationToken);
        }
    }
}
