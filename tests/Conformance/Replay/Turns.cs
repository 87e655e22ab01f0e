namespace BrokerIm.Tests.Conformance.Replay;

/// <summary>
/// Lets several workers take their steps one at a time, in an order that a seed decides: a step begins when all who are still at work
/// want to take one.
/// </summary>
internal sealed class Turns(int seed, int workers)
{
    private readonly Lock _gate = new();
    private readonly Random _random = new(seed);
    private readonly SortedDictionary<int, TaskCompletionSource> _waiting = [];

    // Some runs are fair, in others one worker is far behind the other.
    private readonly double _preference = new Random(seed).NextDouble();
    private int _atWork = workers;

    /// <summary>Takes a step when it is this worker's turn.</summary>
    public async ValueTask StepAsync(int worker, Func<ValueTask> step)
    {
        var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            _waiting.Add(worker, turn);
            GiveTurn();
        }

        await turn.Task.WaitAsync(Deadline.Patience);
        await step();
    }

    /// <summary>This worker takes no more steps.</summary>
    public void Leave()
    {
        lock (_gate)
        {
            _atWork--;
            GiveTurn();
        }
    }

    private void GiveTurn()
    {
        if (_waiting.Count < _atWork || _waiting.Count == 0)
            return;

        var (worker, turn) = _random.NextDouble() < _preference ? _waiting.First() : _waiting.Last();
        _waiting.Remove(worker);
        turn.SetResult();
    }
}
