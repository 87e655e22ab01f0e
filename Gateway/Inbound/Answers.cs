namespace BrokerIm.Gateway.Inbound;

/// <summary>Tells whoever waits for answers that some have been written.</summary>
internal sealed class Answers
{
    private TaskCompletionSource? _next;

    /// <summary>Completes with the next answers after this call.</summary>
    public Task NextAsync(CancellationToken cancellationToken)
    {
        var fresh = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var next = Interlocked.CompareExchange(ref _next, fresh, null) ?? fresh;
        return next.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Answers have been written. Costs nothing while nobody waits.</summary>
    public void Written()
    {
        if (Volatile.Read(ref _next) is not null)
            Interlocked.Exchange(ref _next, null)?.SetResult();
    }
}
