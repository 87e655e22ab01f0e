using System.Collections.Concurrent;

namespace BrokerIm.Gateway.Login;

/// <summary>
/// Threads that do nothing but derive passwords, one job after the other in the order they came. Threads of their own, because the
/// pool's have sockets to serve; and always the same, because on a busy machine handing the turn from one to another takes longer
/// than a cheap derivation.
/// </summary>
internal sealed class DerivationQueue : IDisposable
{
    private readonly BlockingCollection<Job> _jobs = [];

    public DerivationQueue(int threads)
    {
        for (var i = 0; i < threads; i++)
            new Thread(Work) { IsBackground = true, Name = "passwords" }.Start();
    }

    /// <summary>Adds a job behind the others.</summary>
    public Job Add(Func<bool> derive)
    {
        var job = new Job(derive);
        _jobs.Add(job);
        return job;
    }

    /// <summary>Lets the threads end when they have done what is there.</summary>
    public void Dispose() => _jobs.CompleteAdding();

    private void Work()
    {
        foreach (var job in _jobs.GetConsumingEnumerable())
            job.Run();
    }

    /// <summary>One derivation.</summary>
    internal sealed class Job(Func<bool> derive)
    {
        private const int Waiting = 0;
        private const int Running = 1;
        private const int Abandoned = 2;

        private readonly TaskCompletionSource<bool> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _state;

        /// <summary>What came of it.</summary>
        public Task<bool> Result => _result.Task;

        /// <summary>Takes the job back; false when it has begun, and then it runs to its end.</summary>
        public bool TryAbandon() => Interlocked.CompareExchange(ref _state, Abandoned, Waiting) == Waiting;

        /// <summary>Does it, unless it was taken back.</summary>
        public void Run()
        {
            if (Interlocked.CompareExchange(ref _state, Running, Waiting) != Waiting)
                return;

            try
            {
                _result.SetResult(derive());
            }
            catch (Exception exception)
            {
                _result.SetException(exception);
            }
        }
    }
}
