using BrokerIm.Gateway.Queries;

namespace BrokerIm.Tests.Unit.Gateway.Queries;

public sealed class SharedAnswerTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly Queue<TaskCompletionSource<int>> _readings = new();
    private readonly SemaphoreSlim _begun = new(0);
    private readonly SharedAnswer<string, int> _shared;

    public SharedAnswerTests() => _shared = new(async (_, _) =>
    {
        var reading = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_readings)
            _readings.Enqueue(reading);
        _begun.Release();
        return await reading.Task;
    });

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_comes_while_a_reading_is_under_way_gets_the_next_and_all_of_them_the_same()
    {
        var first = _shared.AskAsync("users", Token);
        var reading = await NextAsync();
        var later = Enumerable.Range(0, 100).Select(_ => _shared.AskAsync("users", Token)).ToList();

        reading.SetResult(1);
        Assert.Equal(1, await first.WaitAsync(s_patience, Token));
        Assert.All(later, one => Assert.False(one.IsCompleted));
        (await NextAsync()).SetResult(2);
        Assert.All(await Task.WhenAll(later).WaitAsync(s_patience, Token), answer => Assert.Equal(2, answer));

        lock (_readings)
            Assert.Empty(_readings);
    }

    [Fact]
    public async Task Different_questions_do_not_wait_for_each_other()
    {
        var one = _shared.AskAsync("one", Token);
        var other = _shared.AskAsync("other", Token);
        await NextAsync();
        (await NextAsync()).SetResult(7);

        Assert.Equal(7, await (await Task.WhenAny(one, other).WaitAsync(s_patience, Token)));
    }

    [Fact]
    public async Task A_failed_reading_fails_those_who_wait_for_it_and_not_the_next()
    {
        var first = _shared.AskAsync("users", Token);
        var reading = await NextAsync();
        var second = _shared.AskAsync("users", Token);

        reading.SetException(new InvalidDataException("unreadable"));
        await Assert.ThrowsAsync<InvalidDataException>(() => first.WaitAsync(s_patience, Token));
        (await NextAsync()).SetResult(3);
        Assert.Equal(3, await second.WaitAsync(s_patience, Token));
    }

    [Fact]
    public async Task Who_gives_up_takes_nothing_from_the_others()
    {
        using var patience = new CancellationTokenSource();
        var impatient = _shared.AskAsync("users", patience.Token);
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);

        var patient = _shared.AskAsync("users", Token);
        (await NextAsync()).SetResult(1);
        (await NextAsync()).SetResult(2);
        Assert.Equal(2, await patient.WaitAsync(s_patience, Token));
    }

    private async Task<TaskCompletionSource<int>> NextAsync()
    {
        Assert.True(await _begun.WaitAsync(s_patience, Token));
        lock (_readings)
            return _readings.Dequeue();
    }
}
