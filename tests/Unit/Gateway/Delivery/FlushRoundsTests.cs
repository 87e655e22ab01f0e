using BrokerIm.Core.Values;
using BrokerIm.Gateway.Delivery;
using BrokerIm.Gateway.Sessions;
using BrokerIm.Tests.Support;

namespace BrokerIm.Tests.Unit.Gateway.Delivery;

public sealed class FlushRoundsTests
{
    private static readonly byte[] s_frame = [0, 0, 0, 16, 0, 1, 0, 0, 0, 7, 0, 1, 0, 0, 0, 0];

    private readonly FlushRounds _rounds = new();

    [Fact]
    public async Task Who_was_written_to_is_flushed_and_the_set_is_free_again()
    {
        TestSession[] sessions = [New(), New(), New()];

        var written = Write(sessions);
        await _rounds.AddAsync(ref written);

        Assert.Empty(written);
        foreach (var session in sessions)
            await session.ReceiveAsync();
    }

    [Fact]
    public async Task Who_is_written_to_during_a_round_is_flushed_once_in_the_next()
    {
        using var gate = new ManualResetEventSlim();
        var (slow, other) = (New(), New());
        await HoldAsync(slow, gate);

        for (var i = 0; i < 3; i++)
            Assert.True(Add(other).IsCompleted);
        gate.Set();

        for (var i = 0; i < 3; i++)
            await other.ReceiveAsync();
        Assert.Equal(1, other.Flushes);
    }

    [Fact]
    public async Task Whoever_writes_much_faster_than_is_flushed_has_to_wait()
    {
        using var gate = new ManualResetEventSlim();
        var (slow, other) = (New(), New());
        await HoldAsync(slow, gate);

        var added = 0;
        Task room;
        do
        {
            room = Add(other);
            Assert.InRange(++added, 1, 100);
        }
        while (room.IsCompleted);

        gate.Set();
        await room.Soon();
        for (var i = 0; i < added; i++)
            await other.ReceiveAsync();
    }

    private static TestSession New() => TestSession.LoggedIn(new UserId(1001));

    private static HashSet<Session> Write(params TestSession[] sessions)
    {
        foreach (var session in sessions)
            session.Session.Write(s_frame);
        return [.. sessions.Select(static one => one.Session)];
    }

    private Task Add(TestSession session)
    {
        var written = Write(session);
        return _rounds.AddAsync(ref written).AsTask();
    }

    // Returns once a round has begun and sticks at this session.
    private async Task HoldAsync(TestSession session, ManualResetEventSlim gate)
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        session.BeforeFlush = () =>
        {
            begun.TrySetResult();
            gate.Wait(TestContext.Current.CancellationToken);
        };
        await Add(session);
        await begun.Task.Soon();
    }
}
