using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using BrokerIm.Gateway.Inbound;
using static BrokerIm.Tests.Unit.Gateway.Inbound.MessageCommandsRig;

namespace BrokerIm.Tests.Unit.Gateway.Inbound;

/// <summary>Messages that have to come again, because answers are late or nobody could judge them, and the order of what is sent behind them.</summary>
public sealed class TurnedAwayTests : IAsyncDisposable
{
    private readonly MessageCommandsRig _rig = new();

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Fact]
    public async Task What_comes_behind_a_message_that_nobody_could_judge_does_not_overtake_it()
    {
        await _rig.Inbound.StartAsync();
        var (first, second) = (_rig.NewId(1), _rig.NewId(2));
        _rig.Users.IsDown = true;
        await Assert.ThrowsAsync<DependencyUnavailableException>(() => _rig.SendAsync(Message(clientId: first)));

        _rig.Users.IsDown = false;
        await _rig.SendAsync(Message(clientId: second));
        await _rig.SendAsync(Message(clientId: first));
        await _rig.SendAsync(Message(clientId: second));

        Assert.Equal([first, second], (await _rig.Inbound.Log.NextEntriesAsync(2)).Select(static entry => entry.ClientMessageId));
        Assert.False(_rig.Inbound.Log.HasMore);
    }

    [Fact]
    public async Task A_message_that_its_client_has_given_up_holds_nothing_back()
    {
        await _rig.Inbound.StartAsync();
        _rig.Users.IsDown = true;
        await Assert.ThrowsAsync<DependencyUnavailableException>(() => _rig.SendAsync(Message(clientId: _rig.NewId(1))));

        _rig.Users.IsDown = false;
        _rig.Time.Advance(TurnedAway.Remembered);
        await _rig.SendAsync(Message(clientId: _rig.NewId(2)));

        Assert.Equal(_rig.NewId(2), Assert.Single(await _rig.Inbound.Log.NextEntriesAsync(1)).ClientMessageId);
    }

    [Fact]
    public async Task While_answers_are_late_new_clients_are_told_to_come_again_and_old_ones_wait()
    {
        await _rig.Inbound.StartAsync();
        BeLate();

        await _rig.SendAsync(Message(data: "new", clientId: Id(1).ToByteString()));
        await _rig.SendAsync(Message(data: "old"));

        Assert.Equal("old", Assert.Single(await _rig.Inbound.Log.NextEntriesAsync(1)).Data.ToStringUtf8());
        var ack = Assert.Single(_rig.Acks());
        Assert.Equal((SendStatus.Busy, Id(1).ToByteString(), 0u), (ack.SendStatus, ack.ClientMsgId, ack.MsgId));
        Assert.InRange(ack.RetryAfterMs, 1_000u, 2_000u);
        Assert.Equal(1, _rig.Inbound.Meter.Sum("im_busy_answers_total"));
    }

    [Fact]
    public async Task What_was_sent_behind_a_message_that_has_to_come_again_does_not_overtake_it()
    {
        await _rig.Inbound.StartAsync();
        BeLate();
        await _rig.SendAsync(Message(data: "one", clientId: Id(1).ToByteString()));
        _rig.Inbound.Lag.Answered(0, connection: 99, sequence: 1);

        await _rig.SendAsync(Message(data: "two", clientId: Id(2).ToByteString()));
        await _rig.SendAsync(Message(data: "one", clientId: Id(1).ToByteString()));
        await _rig.SendAsync(Message(data: "two", clientId: Id(2).ToByteString()));

        Assert.Equal(["one", "two"], (await _rig.Inbound.Log.NextEntriesAsync(2)).Select(entry => entry.Data.ToStringUtf8()));
        Assert.Equal([SendStatus.Busy, SendStatus.Busy], _rig.Acks().Select(ack => ack.SendStatus));
    }

    [Fact]
    public async Task Message_that_never_comes_again_holds_the_others_up_for_a_while_only()
    {
        await _rig.Inbound.StartAsync();
        BeLate();
        await _rig.SendAsync(Message(data: "given up", clientId: Id(1).ToByteString()));
        _rig.Inbound.Lag.Answered(0, connection: 99, sequence: 1);

        _rig.Time.Advance(TurnedAway.Remembered);
        await _rig.SendAsync(Message(data: "two", clientId: Id(2).ToByteString()));

        Assert.Equal("two", Assert.Single(await _rig.Inbound.Log.NextEntriesAsync(1)).Data.ToStringUtf8());
    }

    [Fact]
    public async Task All_that_were_turned_away_come_in_before_what_was_sent_later()
    {
        await _rig.Inbound.StartAsync();
        BeLate();
        foreach (var number in new byte[] { 1, 2 })
            await _rig.SendAsync(Message(clientId: Id(number).ToByteString()));
        _rig.Inbound.Lag.Answered(0, connection: 99, sequence: 1);

        foreach (var number in new byte[] { 1, 3, 2, 3 })
            await _rig.SendAsync(Message(clientId: Id(number).ToByteString()));

        Assert.Equal(
            new byte[] { 1, 2, 3 }.Select(number => Id(number).ToByteString()), (await _rig.Inbound.Log.NextEntriesAsync(3)).Select(entry => entry.ClientMessageId));
        Assert.False(_rig.Inbound.Log.HasMore);
    }

    [Fact]
    public async Task A_repeat_that_was_turned_away_is_not_waited_for_once_the_first_has_its_answer()
    {
        await _rig.Inbound.StartAsync();
        BeLate();
        _rig.Time.Advance(TimeSpan.FromSeconds(1));
        foreach (var number in new byte[] { 1, 1, 2 })
            await _rig.SendAsync(Message(clientId: Id(number).ToByteString()));
        _rig.Inbound.Lag.Answered(0, connection: 99, sequence: 1);

        _rig.Connection.Session.Sends!.TurnedAway.Remove(ConversationId.Pair(new(Alice), new(Bob)), Id(1));
        await _rig.SendAsync(Message(clientId: Id(2).ToByteString()));

        Assert.Equal(
            new byte[] { 1, 2 }.Select(number => Id(number).ToByteString()), (await _rig.Inbound.Log.NextEntriesAsync(2)).Select(entry => entry.ClientMessageId));
    }

    // And who may find out whether it still is has done so.
    private void BeLate()
    {
        _rig.Inbound.Lag.Publishing(0, connection: 99, sequence: 1);
        _rig.Inbound.Lag.Published(0);
        _rig.Time.Advance(TimeSpan.FromSeconds(6));
        Assert.True(_rig.Inbound.Lag.MayTry(0));
    }

    private ClientMessageId Id(byte number) => ClientMessageId.Create(_rig.NowMs - 60_000, new byte[] { number, 0, 0, 0, 0, 0, 0, 0, 0, 0 });
}
