namespace BrokerIm.Gateway.Queries;

/// <summary>
/// Answers many who ask the same at the same time with one reading. Nobody gets what was read before he asked: who comes while a
/// reading is under way waits for the next, together with all others who do.
/// </summary>
/// <typeparam name="TKey">What is asked.</typeparam>
/// <typeparam name="TAnswer">The answer; must not be changed by who gets it.</typeparam>
internal sealed class SharedAnswer<TKey, TAnswer>(Func<TKey, CancellationToken, ValueTask<TAnswer>> read)
    where TKey : notnull
{
    private readonly Lock _gate = new();
    private readonly Dictionary<TKey, Question> _questions = [];

    /// <summary>Asks. The reading itself has no caller's deadline, because others wait for it too.</summary>
    public Task<TAnswer> AskAsync(TKey key, CancellationToken cancellationToken)
    {
        Task<TAnswer> answer;
        lock (_gate)
        {
            if (_questions.TryGetValue(key, out var question))
            {
                answer = (question.Next ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }
            else
            {
                var first = new TaskCompletionSource<TAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
                _questions[key] = question = new();
                answer = first.Task;
                _ = RunAsync(key, question, first);
            }
        }

        return answer.WaitAsync(cancellationToken);
    }

    private async Task RunAsync(TKey key, Question question, TaskCompletionSource<TAnswer> waiting)
    {
        // Off the caller's lock.
        await Task.Yield();
        for (TaskCompletionSource<TAnswer>? current = waiting; current is not null;)
        {
            try
            {
                current.SetResult(await read(key, CancellationToken.None));
            }
            catch (Exception exception)
            {
                // Whoever waits handles it; one who has given up leaves it unlooked at.
                current.SetException(exception);
                _ = current.Task.Exception;
            }

            lock (_gate)
            {
                (current, question.Next) = (question.Next, null);
                if (current is null)
                    _questions.Remove(key);
            }
        }
    }

    private sealed class Question
    {
        public TaskCompletionSource<TAnswer>? Next { get; set; }
    }
}
