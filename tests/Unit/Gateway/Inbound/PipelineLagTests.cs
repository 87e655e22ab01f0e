using BrokerIm.Gateway;
using BrokerIm.Gateway.Inbound;
using BrokerIm.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace BrokerIm.Tests.Unit.Gateway.Inbound;

public sealed class PipelineLagTests : IDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly MeterReader _meter = new();

    public void Dispose() => _meter.Dispose();

    [Fact]
    public void Answers_are_late_when_a_sample_is_and_on_its_partition_alone()
    {
        var lag = Lag();
        Publish(lag, 1, connection: 7, sequence: 1);
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.False(lag.IsLate(1));

        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(lag.IsLate(1));
        Assert.False(lag.IsLate(0));

        lag.Answered(1, connection: 7, sequence: 1);
        Assert.False(lag.IsLate(1));
    }

    [Fact]
    public void Answer_to_something_else_says_nothing()
    {
        var lag = Lag();
        Publish(lag, 0, connection: 7, sequence: 1);
        _time.Advance(TimeSpan.FromSeconds(6));

        lag.Answered(0, connection: 7, sequence: 2);
        lag.Answered(0, connection: 8, sequence: 1);
        lag.Answered(99, connection: 7, sequence: 1);
        Assert.True(lag.IsLate(0));
    }

    [Fact]
    public void Answer_to_a_later_sample_tells_that_an_earlier_one_was_lost()
    {
        var lag = Lag();
        Publish(lag, 0, connection: 7, sequence: 1);
        _time.Advance(TimeSpan.FromSeconds(4));
        Publish(lag, 0, connection: 7, sequence: 2);
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.True(lag.IsLate(0));

        lag.Answered(0, connection: 7, sequence: 2);
        Assert.False(lag.IsLate(0));
    }

    [Fact]
    public void After_a_while_of_silence_somebody_may_try()
    {
        var lag = Lag();
        Publish(lag, 0, connection: 7, sequence: 1);
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.False(lag.IsLate(0));

        Publish(lag, 0, connection: 7, sequence: 2);
        _time.Advance(TimeSpan.FromSeconds(6));
        Assert.True(lag.IsLate(0));
    }

    [Fact]
    public void One_message_a_second_may_find_out_whether_answers_are_still_late()
    {
        var lag = Lag();
        Publish(lag, 0, connection: 7, sequence: 1);
        _time.Advance(TimeSpan.FromSeconds(6));
        Assert.True(lag.MayTry(0));
        Assert.False(lag.MayTry(0));
        Assert.True(lag.MayTry(1));

        Publish(lag, 0, connection: 8, sequence: 1);
        Assert.True(lag.IsLate(0));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(lag.MayTry(0));

        lag.Answered(0, connection: 8, sequence: 1);
        Assert.False(lag.IsLate(0));
    }

    [Fact]
    public void Answer_that_overtakes_the_confirmation_counts()
    {
        var lag = Lag();
        Publish(lag, 0, connection: 7, sequence: 1);
        _time.Advance(TimeSpan.FromSeconds(6));
        lag.Publishing(0, connection: 7, sequence: 2);
        lag.Answered(0, connection: 7, sequence: 2);
        lag.Published(0);
        Assert.False(lag.IsLate(0));

        _time.Advance(TimeSpan.FromSeconds(6));
        Assert.False(lag.IsLate(0));
    }

    [Fact]
    public void No_answer_is_due_while_the_log_has_not_confirmed()
    {
        var lag = Lag();
        lag.Publishing(0, connection: 7, sequence: 1);
        _time.Advance(TimeSpan.FromSeconds(6));
        Assert.False(lag.IsLate(0));

        lag.GivenUp(0);
        lag.Published(0);
        _time.Advance(TimeSpan.FromSeconds(6));
        Assert.False(lag.IsLate(0));
    }

    private static void Publish(PipelineLag lag, int partition, ulong connection, uint sequence)
    {
        lag.Publishing(partition, connection, sequence);
        lag.Published(partition);
    }

    private PipelineLag Lag()
    {
        var options = Options.Create(new GatewayOptions());
        var publisher = new RecordPublisher(
            new InMemoryLog(partitions: 2), options, _time, new(_meter.Meter), NullLogger<RecordPublisher>.Instance);
        return new(options, publisher, _time);
    }
}
