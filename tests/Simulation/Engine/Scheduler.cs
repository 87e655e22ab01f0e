namespace BrokerIm.Simulation.Engine;

/// <summary>
/// The one who decides what happens next: a virtual clock, an agenda of what is due when, and continuations that are ready now. Nothing
/// in a run happens but through it, on one thread, and every choice comes from one seed.
/// </summary>
internal sealed class Scheduler(int seed, Trace trace)
{
    /// <summary>Start of virtual time, beyond the first epoch of nothing: 2023-11-14 22:13:20 UTC.</summary>
    public static readonly DateTimeOffset Start = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);

    // A run that is not through after so many steps turns in circles.
    private const int MaxSteps = 4_000_000;

    private readonly PriorityQueue<Due, (long At, long Order)> _agenda = new();
    private readonly List<Ready> _ready = [];
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private long _order;
    private int _steps;

    /// <summary>Where all chance comes from.</summary>
    public Random Random { get; } = new(seed);

    /// <summary>What happened so far.</summary>
    public Trace Trace => trace;

    /// <summary>Virtual time since <see cref="Start"/>.</summary>
    public TimeSpan Now { get; private set; }

    /// <summary>Why the run is over before its end; null while nothing is wrong.</summary>
    public string? Violation { get; private set; }

    /// <summary>Notes that a promise is broken; the first one counts and ends the run.</summary>
    public void Violate(string what)
    {
        if (Violation is not null)
            return;

        Violation = what;
        trace.Add(Now, "checker", what);
    }

    /// <summary>Makes sure that the caller is on the run's own thread: whatever escapes from it escapes from the seed too.</summary>
    public void Stay(string what)
    {
        if (Environment.CurrentManagedThreadId != _thread)
            throw new InvalidOperationException($"{what} came from another thread: something escaped from the scheduler.");
    }

    /// <summary>Puts something on the agenda.</summary>
    /// <param name="after">From now, not negative.</param>
    /// <param name="node">Whose doing; null for what no process has a hand in, such as what is under way between machines.</param>
    /// <param name="what">Name for the history.</param>
    /// <param name="action">What to do.</param>
    public void After(TimeSpan after, Node? node, string what, Action action)
    {
        Stay(what);
        _agenda.Enqueue(new(node, what, action), ((Now + after).Ticks, _order++));
    }

    /// <summary>A continuation of a node's code can run.</summary>
    public void Enqueue(Node node, SendOrPostCallback callback, object? state)
    {
        if (Environment.CurrentManagedThreadId != _thread)
        {
            // The collector wakes what waited for the timer of a dead process. Whatever else comes from elsewhere has escaped; thrown
            // here it would end the process, kept it ends the run.
            if (!node.IsDead)
                Violation ??= $"a continuation of {node.Name} came from another thread: it escaped from the scheduler at {Environment.StackTrace}";
            return;
        }

        _ready.Add(new(node, callback, state));
    }

    /// <summary>A time between nothing and so much.</summary>
    public TimeSpan Within(TimeSpan longest) => TimeSpan.FromTicks((long)(longest.Ticks * Random.NextDouble()));

    /// <summary>Whether something of this probability happens.</summary>
    public bool Happens(double probability) => probability > 0 && Random.NextDouble() < probability;

    /// <summary>Lets things happen until a moment of virtual time, or until a promise is broken.</summary>
    public void RunUntil(TimeSpan end)
    {
        while (Violation is null)
        {
            if (++_steps > MaxSteps)
            {
                Violate("the run does not come to an end");
                return;
            }

            if (TryContinue())
                continue;
            if (!_agenda.TryPeek(out var due, out var at) || at.At > end.Ticks)
            {
                Now = end;
                return;
            }

            _agenda.Dequeue();
            Now = TimeSpan.FromTicks(Math.Max(Now.Ticks, at.At));
            Do(due);
        }
    }

    // Which of several continuations comes first is nobody's promise, so it is chance.
    private bool TryContinue()
    {
        if (_ready.Count == 0)
            return false;

        var index = _ready.Count == 1 ? 0 : Random.Next(_ready.Count);
        var next = _ready[index];
        _ready[index] = _ready[^1];
        _ready.RemoveAt(_ready.Count - 1);
        if (next.Node.IsDead)
            return true;
        if (next.Node.IsPaused)
            _agenda.Enqueue(new(next.Node, "", () => next.Callback(next.State)), (next.Node.WakesAt.Ticks, _order++));
        else
            next.Node.Run(() => next.Callback(next.State));
        return true;
    }

    private void Do(Due due)
    {
        if (due.Node is not { } node)
        {
            Note(due, "world");
            due.Action();
        }
        else if (node.IsPaused)
        {
            _agenda.Enqueue(due, (node.WakesAt.Ticks, _order++));
        }
        else if (!node.IsDead)
        {
            Note(due, node.Name);
            node.Run(due.Action);
        }
    }

    private void Note(Due due, string who)
    {
        if (due.What.Length > 0)
            trace.Add(Now, who, due.What);
    }

    private sealed record Due(Node? Node, string What, Action Action);

    private readonly record struct Ready(Node Node, SendOrPostCallback Callback, object? State);
}
