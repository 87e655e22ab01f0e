using BrokerIm.Adapters.Production.Cassandra;
using BrokerIm.Core.Ports;
using BrokerIm.Tests.Conformance;

namespace BrokerIm.Tests.Unit.Cassandra;

/// <summary>Callers share reads, and nobody sees less than if he had read by himself.</summary>
public sealed class SharedReadsTests
{
    // Replaced as a whole, because reads begin on any thread.
    private readonly Lock _gate = new();
    private volatile TaskCompletionSource<int>[] _reads = [];
    private readonly SharedReads<string, int> _shared = new(static (_, result) => result >= 100);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Callers_at_the_same_time_share_one_read()
    {
        var callers = Enumerable.Range(0, 5).Select(_ => AskAsync()).ToArray();
        _reads.Single().SetResult(100);

        Assert.All(await Task.WhenAll(callers), result => Assert.Equal(100, result));
        Assert.Single(_reads);
    }

    [Fact]
    public async Task Result_that_may_have_grown_since_is_read_again_once_for_all_who_came_later()
    {
        var first = AskAsync();
        var later = Enumerable.Range(0, 3).Select(_ => AskAsync()).ToArray();
        _reads[0].SetResult(7);
        Assert.Equal(7, await first);

        await Deadline.UntilAsync(() => Task.FromResult(_reads.Length == 2));
        _reads[1].SetResult(8);
        Assert.All(await Task.WhenAll(later), result => Assert.Equal(8, result));
        Assert.Equal(2, _reads.Length);
    }

    [Fact]
    public async Task Caller_during_the_second_read_waits_for_a_third()
    {
        var first = AskAsync();
        var second = AskAsync();
        _reads[0].SetResult(7);
        await first;
        await Deadline.UntilAsync(() => Task.FromResult(_reads.Length == 2));
        var third = AskAsync();
        _reads[1].SetResult(8);
        Assert.Equal(8, await second);

        await Deadline.UntilAsync(() => Task.FromResult(_reads.Length == 3));
        _reads[2].SetResult(9);
        Assert.Equal(9, await third);
    }

    [Fact]
    public async Task Final_result_is_good_enough_for_all_who_came_later()
    {
        var callers = Enumerable.Range(0, 3).Select(_ => AskAsync()).ToArray();
        _reads.Single().SetResult(100);
        Assert.All(await Task.WhenAll(callers), result => Assert.Equal(100, result));

        var next = AskAsync();
        _reads[1].SetResult(101);
        Assert.Equal(101, await next);
    }

    [Fact]
    public async Task Caller_who_gives_up_does_not_end_it_for_the_others()
    {
        using var giveUp = new CancellationTokenSource();
        var impatient = _shared.ReadAsync("key", _ => Begin(), giveUp.Token).AsTask();
        var patient = AskAsync();
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);

        _reads.Single().SetResult(100);
        Assert.Equal(100, await patient);
    }

    [Fact]
    public async Task Failure_reaches_all_and_is_not_kept()
    {
        var callers = Enumerable.Range(0, 2).Select(_ => AskAsync()).ToArray();
        _reads.Single().SetException(new DependencyUnavailableException("down"));
        foreach (var caller in callers)
            await Assert.ThrowsAsync<DependencyUnavailableException>(() => caller);

        var next = AskAsync();
        _reads[1].SetResult(1);
        Assert.Equal(1, await next);
    }

    private Task<int> AskAsync() => _shared.ReadAsync("key", _ => Begin(), Stop).AsTask();

    private ValueTask<int> Begin()
    {
        var read = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
            _reads = [.. _reads, read];
        return new(read.Task);
    }
}
