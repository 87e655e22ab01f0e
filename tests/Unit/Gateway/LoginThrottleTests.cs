using BrokerIm.Gateway.Login;
using BrokerIm.Tests.Support;

namespace BrokerIm.Tests.Unit.Gateway;

public sealed class LoginThrottleTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly LoginThrottle _throttle;

    public LoginThrottleTests() => _throttle = new(_time);

    [Fact]
    public void More_than_ten_failures_refuse_the_name_and_no_other()
    {
        Fail("u", 11);

        Assert.False(_throttle.TryBegin("u"));
        Assert.True(_throttle.TryBegin("U"));
    }

    [Fact]
    public void Refused_attempts_are_not_recorded()
    {
        Fail("u", 11);
        _time.Advance(TimeSpan.FromMinutes(29));
        for (var attempt = 0; attempt < 100; attempt++)
            Assert.False(_throttle.TryBegin("u"));

        _time.Advance(TimeSpan.FromMinutes(2));
        Assert.True(_throttle.TryBegin("u"));
    }

    [Fact]
    public void Failures_drop_out_one_by_one()
    {
        Fail("u", 5);
        _time.Advance(TimeSpan.FromMinutes(20));
        Fail("u", 6);
        Assert.False(_throttle.TryBegin("u"));

        _time.Advance(TimeSpan.FromMinutes(11));
        Fail("u", 5);
        Assert.False(_throttle.TryBegin("u"));
    }

    [Fact]
    public void Success_clears_the_record()
    {
        Fail("u", 10);
        Assert.True(_throttle.TryBegin("u"));
        _throttle.Succeeded("u");

        Fail("u", 11);
        Assert.False(_throttle.TryBegin("u"));
    }

    [Fact]
    public void Attempt_that_came_to_no_decision_does_not_count()
    {
        Fail("u", 10);
        for (var attempt = 0; attempt < 5; attempt++)
        {
            Assert.True(_throttle.TryBegin("u"));
            _throttle.Withdraw("u");
        }

        Fail("u", 1);
        Assert.False(_throttle.TryBegin("u"));
    }

    [Fact]
    public void Many_attempts_at_once_get_no_more_guesses_than_one_after_the_other()
    {
        var begun = Enumerable.Range(0, 100).AsParallel().Count(_ => _throttle.TryBegin("u"));

        Assert.Equal(11, begun);
    }

    [Fact]
    public void Only_so_many_names_are_remembered_and_the_oldest_goes_first()
    {
        Fail("first", 11);
        Fail("second", 11);
        for (var name = 0; name < 49_999; name++)
            Assert.True(_throttle.TryBegin($"other {name}"));

        Assert.False(_throttle.TryBegin("second"));
        Assert.True(_throttle.TryBegin("first"));
    }

    private void Fail(string name, int times)
    {
        for (var attempt = 0; attempt < times; attempt++)
            Assert.True(_throttle.TryBegin(name));
    }
}
