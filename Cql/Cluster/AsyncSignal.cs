namespace BrokerIm.Cql.Cluster;

/// <summary>Wakes one waiter. Setting it several times before it is waited for wakes once.</summary>
internal sealed class AsyncSignal
{
    private TaskCompletionSource _set = New();

    public void Set() => Volatile.Read(ref _set).TrySetResult();

    /// <summary>Waits until it is set, and unsets it. What it stands for must be looked at afterwards, never before.</summary>
    /// <returns>False if it was not set in time.</returns>
    public async Task<bool> WaitAsync(TimeSpan atMost, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            await _set.Task.WaitAsync(atMost, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            return false;
        }

        Unset();
        return true;
    }

    public void Unset() => Volatile.Write(ref _set, New());

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
