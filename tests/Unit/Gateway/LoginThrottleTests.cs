using System.Net;
using BrokerIm.Gateway;
using BrokerIm.Gateway.Login;
using BrokerIm.Tests.Support;
using Microsoft.Extensions.Options;

namespace BrokerIm.Tests.Unit.Gateway;

public sealed class LoginThrottleTests
{
    private static readonly IPAddress s_here = IPAddress.Parse("192.0.2.7");
    private static readonly IPAddress s_elsewhere = IPAddress.Parse("198.51.100.7");

    private readonly ManualTimeProvider _time = new();
    private readonly LoginThrottle _throttle;

    public LoginThrottleTests() => _throttle = Throttle(perNetwork: 300);

    [Fact]
    public void From_the_fifth_failure_on_each_try_waits_twice_as_long_as_the_one_before()
    {
        FailAtOnce("u", 5);
        foreach (var seconds in new[] { 1, 2, 4, 8, 16 })
        {
            Assert.False(_throttle.TryBegin("u", s_here));
            _time.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromMilliseconds(1));
            Assert.False(_throttle.TryBegin("u", s_here));
            _time.Advance(TimeSpan.FromMilliseconds(1));
            Assert.True(_throttle.TryBegin("u", s_here));
        }
    }

    [Fact]
    public void More_than_ten_failures_refuse_the_name_there_and_nobody_else()
    {
        Fail("u", 11);
        _time.Advance(TimeSpan.FromMinutes(5));

        Assert.False(_throttle.TryBegin("u", s_here));
        Assert.True(_throttle.TryBegin("U", s_here));
        Assert.True(_throttle.TryBegin("u", s_elsewhere));
    }

    [Theory]
    [InlineData("192.0.2.200")]
    [InlineData("::ffff:192.0.2.1")]
    public void Neighbours_in_the_network_share_its_failures(string neighbour)
    {
        Fail("u", 11);
        _time.Advance(TimeSpan.FromMinutes(5));

        Assert.False(_throttle.TryBegin("u", IPAddress.Parse(neighbour)));
    }

    [Fact]
    public void Of_IPv6_the_network_has_64_bits()
    {
        Assert.Equal(
            ClientNetwork.Of(IPAddress.Parse("2001:db8:1:2::5")), ClientNetwork.Of(IPAddress.Parse("2001:db8:1:2:ffff::1")));
        Assert.NotEqual(
            ClientNetwork.Of(IPAddress.Parse("2001:db8:1:2::5")), ClientNetwork.Of(IPAddress.Parse("2001:db8:1:3::5")));
    }

    [Fact]
    public void One_name_has_a_hundred_failures_from_all_networks_together()
    {
        for (var network = 0; network < 100; network++)
            Assert.True(_throttle.TryBegin("u", IPAddress.Parse($"10.0.{network}.1")));

        Assert.False(_throttle.TryBegin("u", s_here));
        Assert.True(_throttle.TryBegin("other", s_here));
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.True(_throttle.TryBegin("u", s_here));
    }

    [Fact]
    public void One_network_fails_only_so_often_whatever_the_names()
    {
        var throttle = Throttle(perNetwork: 50);
        for (var name = 0; name < 50; name++)
        {
            Assert.True(throttle.MayTryFrom(s_here));
            throttle.FailedFrom(s_here);
        }

        Assert.False(throttle.MayTryFrom(s_here));
        Assert.False(throttle.MayTryFrom(IPAddress.Parse("192.0.2.99")));
        Assert.True(throttle.MayTryFrom(s_elsewhere));
        _time.Advance(TimeSpan.FromMinutes(10));
        Assert.True(throttle.MayTryFrom(s_here));
    }

    [Fact]
    public void Zero_sets_a_network_no_limit()
    {
        var throttle = Throttle(perNetwork: 0);
        for (var name = 0; name < 10_000; name++)
            throttle.FailedFrom(s_here);

        Assert.True(throttle.MayTryFrom(s_here));
    }

    [Fact]
    public void Refused_attempts_are_not_recorded()
    {
        Fail("u", 11);
        _time.Advance(TimeSpan.FromMinutes(27));
        for (var attempt = 0; attempt < 200; attempt++)
            Assert.False(_throttle.TryBegin("u", s_here));

        _time.Advance(TimeSpan.FromMinutes(2));
        Assert.True(_throttle.TryBegin("u", s_here));
    }

    [Fact]
    public void Success_clears_the_record()
    {
        Fail("u", 10);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.True(_throttle.TryBegin("u", s_here));
        _throttle.Succeeded("u", s_here);

        FailAtOnce("u", 5);
        Assert.False(_throttle.TryBegin("u", s_here));
    }

    [Fact]
    public void Attempt_that_came_to_no_decision_does_not_count()
    {
        FailAtOnce("u", 4);
        for (var attempt = 0; attempt < 200; attempt++)
        {
            Assert.True(_throttle.TryBegin("u", s_here));
            _throttle.Withdraw("u", s_here);
        }

        FailAtOnce("u", 1);
        Assert.False(_throttle.TryBegin("u", s_here));
    }

    [Fact]
    public void Many_attempts_at_once_get_no_more_guesses_than_one_after_the_other()
    {
        var begun = Enumerable.Range(0, 100).AsParallel().Count(_ => _throttle.TryBegin("u", s_here));

        Assert.Equal(5, begun);
    }

    [Fact]
    public void Only_so_many_names_are_remembered_and_the_oldest_goes_first()
    {
        FailAtOnce("first", 5);
        FailAtOnce("second", 5);
        for (var name = 0; name < 49_999; name++)
            Assert.True(_throttle.TryBegin($"other {name}", s_here));

        Assert.False(_throttle.TryBegin("second", s_here));
        Assert.True(_throttle.TryBegin("first", s_here));
    }

    private LoginThrottle Throttle(int perNetwork) =>
        new(Options.Create(new GatewayOptions { LoginFailuresPerNetwork = perNetwork }), _time);

    private void FailAtOnce(string name, int times)
    {
        for (var attempt = 0; attempt < times; attempt++)
            Assert.True(_throttle.TryBegin(name, s_here));
    }

    private void Fail(string name, int times)
    {
        for (var attempt = 0; attempt < times; attempt++)
        {
            Assert.True(_throttle.TryBegin(name, s_here));
            _time.Advance(TimeSpan.FromSeconds(attempt < 4 ? 0 : 1 << (attempt - 4)));
        }
    }
}
