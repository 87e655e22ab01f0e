using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Values;
using BrokerIm.Gateway;
using BrokerIm.Gateway.Connections;
using BrokerIm.Gateway.Sessions;
using BrokerIm.Tests.Support;

namespace BrokerIm.Tests.Unit.Gateway;

public sealed class TimeLimitsTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly TimeLimits _limits = new(new GatewayOptions());

    [Fact]
    public void Connection_has_15_seconds_to_log_in_however_much_it_sends()
    {
        var session = new PipeConnection(time: _time).Session;

        Assert.Equal((null, CloseReason.LoginTimeout), Around(session, 15, touched: true));
    }

    [Theory]
    [InlineData(ClientType.Windows, 120)]
    [InlineData(ClientType.Mac, 120)]
    [InlineData(ClientType.Ios, 300)]
    [InlineData(ClientType.Android, 300)]
    public void Silence_is_limited_by_the_class_of_the_client(ClientType client, int seconds)
    {
        var session = LoggedIn(client);
        _time.Advance(TimeSpan.FromSeconds(1_000));
        session.Touch();

        Assert.Equal((null, CloseReason.Idle), Around(session, seconds, touched: false));
    }

    [Fact]
    public void Kicked_client_has_three_seconds_to_leave()
    {
        var session = LoggedIn(ClientType.Windows);
        _time.Advance(TimeSpan.FromSeconds(100));
        session.Kick(KickReasonType.DuplicateUser);

        Assert.Equal((null, CloseReason.Kicked), Around(session, 3, touched: true));
    }

    [Fact]
    public void Client_that_takes_nothing_has_15_seconds_even_if_it_goes_on_sending()
    {
        var session = LoggedIn(ClientType.Windows);
        session.Write(new byte[100_000]);
        session.Flush();

        Assert.Equal((null, CloseReason.SlowReader), Around(session, 15, touched: true));
    }

    private Session LoggedIn(ClientType client)
    {
        var session = new PipeConnection(time: _time).Session;
        session.BeginLogin(new UserId(1), client, 1);
        Assert.True(session.CompleteLogin(1, new() { ServerTime = 1, ResultCode = ResultType.Ok }));
        return session;
    }

    // The verdicts at the limit itself and a moment after it.
    private (CloseReason? At, CloseReason? After) Around(Session session, int seconds, bool touched)
    {
        _time.Advance(TimeSpan.FromSeconds(seconds));
        if (touched)
            session.Touch();
        var at = _limits.Exceeded(session);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        return (at, _limits.Exceeded(session));
    }
}
