namespace BrokerIm.Adapters.Embedded.Sqlite;

/// <summary>A piece of writing that shares its transaction with others.</summary>
internal abstract class WriteJob
{
    private const int Waiting = 0;
    private const int Claimed = 1;
    private const int Withdrawn = 2;

    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _state;

    /// <summary>Ends when the job is durable, or has failed, or was withdrawn in time.</summary>
    public Task Done => _done.Task;

    /// <summary>
    /// Does the writing, on the writer's thread. May be called twice, the first time having been rolled back, so it changes
    /// nothing but the database and its own result.
    /// </summary>
    public abstract void Run(SqliteSession session);

    /// <summary>Called once on the writer's thread when the job is durable, in the order of the jobs, before the caller knows.</summary>
    public virtual void OnCommitted()
    {
    }

    /// <summary>Takes the job for a transaction; from here on it cannot be withdrawn.</summary>
    public bool TryClaim() => Interlocked.CompareExchange(ref _state, Claimed, Waiting) == Waiting;

    /// <summary>Gives the job up if no transaction has taken it yet.</summary>
    public void Withdraw(CancellationToken cancellationToken)
    {
        if (Interlocked.CompareExchange(ref _state, Withdrawn, Waiting) == Waiting)
            _done.TrySetCanceled(cancellationToken);
    }

    /// <summary>Tells the caller that the job is durable.</summary>
    public void Complete() => _done.TrySetResult();

    /// <summary>Tells the caller that nothing of the job is there, or that nobody knows.</summary>
    public void Fail(Exception exception) => _done.TrySetException(exception);
}

/// <summary>A job that is one function.</summary>
internal sealed class WriteAction(Action<SqliteSession> work) : WriteJob
{
    public override void Run(SqliteSession session) => work(session);
}

/// <summary>A job that is one function with a result.</summary>
internal sealed class WriteFunction<TResult>(Func<SqliteSession, TResult> work) : WriteJob
{
    /// <summary>What the function returned; valid once the job is done.</summary>
    public TResult Result { get; private set; } = default!;

    public override void Run(SqliteSession session) => Result = work(session);
}
