using BrokerIm.Core;
using BrokerIm.Core.Ports;
using BrokerIm.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace BrokerIm.Tests.Unit;

/// <summary>What is repeated, when, and what is not.</summary>
public sealed class RetryForeverTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly List<TimeSpan> _attempts = [];

    private RetryForever Retry => new(NullLogger<RetryForever>.Instance, _time, new Random(1));

    [Fact]
    public void The_first_repeat_follows_at_once_and_the_others_after_growing_delays()
    {
        var running = Retry.RunAsync("work", FailAsync, CancellationToken.None).AsTask();
        for (var i = 0; i < 600; i++)
            _time.Advance(TimeSpan.FromMilliseconds(100));

        Assert.False(running.IsCompleted);
        Assert.Equal(_attempts[0], _attempts[1]);
        var delays = _attempts.Skip(1).Zip(_attempts.Skip(2), static (one, next) => next - one).ToList();
        Assert.InRange(delays[0], TimeSpan.FromMilliseconds(25), TimeSpan.FromMilliseconds(200));
        Assert.InRange(delays[^1], TimeSpan.FromSeconds(2.5), TimeSpan.FromSeconds(5.1));
    }

    [Fact]
    public async Task The_result_of_the_attempt_that_works_is_returned()
    {
        var attempts = 0;
        var result = await Retry.RunAsync<int>(
            "work", _ => ++attempts == 2 ? new(7) : throw new DependencyUnavailableException(), CancellationToken.None);

        Assert.Equal((7, 2), (result, attempts));
    }

    [Fact]
    public async Task Cancelling_ends_the_repeating()
    {
        using var cancelling = new CancellationTokenSource();
        var running = Retry.RunAsync("work", FailAsync, cancelling.Token).AsTask();

        await cancelling.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task A_bug_is_not_repeated()
    {
        var running = Retry.RunAsync("work", static _ => throw new InvalidDataException(), CancellationToken.None).AsTask();

        await Assert.ThrowsAsync<InvalidDataException>(() => running);
    }

    private ValueTask FailAsync(CancellationToken cancellationToken)
    {
        _attempts.Add(_time.GetUtcNow() - DateTimeOffset.UnixEpoch);
        throw new DependencyUnavailableException();
    }
}
