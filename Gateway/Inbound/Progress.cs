namespace BrokerIm.Gateway.Inbound;

/// <summary>Counts what comes out of a queue and tells when a given number has.</summary>
internal sealed class Progress
{
    private readonly Lock _gate = new();
    private readonly List<(long Goal, TaskCompletionSource Reached)> _waiting = [];
    private long _finished;

    /// <summary>Some more came out.</summary>
    public void Finished(int count)
    {
        lock (_gate)
        {
            _finished += count;
            foreach (var (_, reached) in _waiting.Where(waiting => waiting.Goal <= _finished))
                reached.SetResult();
            _waiting.RemoveAll(waiting => waiting.Goal <= _finished);
        }
    }

    /// <summary>Completes when as many have come out as <paramref name="goal"/>.</summary>
    public Task WaitAsync(long goal, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (goal <= _finished)
                return Task.CompletedTask;

            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((goal, reached));
            return reached.Task.WaitAsync(cancellationToken);
        }
    }
}
