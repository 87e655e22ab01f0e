using BrokerIm.Gateway.Delivery;
using BrokerIm.Tests.Support;
using static BrokerIm.Tests.Unit.Gateway.Delivery.DeliveryRig;

namespace BrokerIm.Tests.Unit.Gateway.Delivery;

public sealed class LoginCheckTests
{
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public async Task What_was_there_at_login_is_left_to_the_client()
    {
        await using var rig = new DeliveryRig(_time);
        await rig.StartAsync();
        rig.AddMessages(Alice, 4);
        var bob = rig.Fresh(Bob);
        await rig.LoginCheck.LoggedInAsync(bob.Session, TestContext.Current.CancellationToken);

        Assert.Equal(4u, bob.Session.Cursor.LastOf(Pair));
        rig.AddMessages(Alice);
        await rig.DeliverAsync(rig.Message(5, users: Bob));

        Assert.Equal([5u], await bob.ReceivePushesAsync(1));
    }

    [Fact]
    public async Task What_was_sent_to_nobody_after_the_login_is_brought_once_everybody_knows()
    {
        await using var rig = new DeliveryRig(_time);
        await rig.StartAsync();
        rig.AddMessages(Alice, 4);
        var bob = rig.Fresh(Bob);
        await rig.LoginCheck.LoggedInAsync(bob.Session, TestContext.Current.CancellationToken);
        rig.AddMessages(Alice, 2);

        Assert.Equal([5u, 6], await OnceDueAsync(bob.ReceivePushesAsync(2)));
    }

    [Fact]
    public async Task Conversation_that_began_after_the_login_is_brought_from_its_beginning()
    {
        await using var rig = new DeliveryRig(_time);
        await rig.StartAsync();
        var bob = rig.Fresh(Bob);
        await rig.LoginCheck.LoggedInAsync(bob.Session, TestContext.Current.CancellationToken);
        rig.AddMessages(Alice, 2);

        Assert.Equal([1u, 2], await OnceDueAsync(bob.ReceivePushesAsync(2)));
    }

    [Fact]
    public async Task Without_a_baseline_everything_since_about_the_login_is_brought()
    {
        await using var rig = new DeliveryRig(_time);
        await rig.StartAsync();
        rig.AddMessages(Alice, 3, timeMs: rig.NowMs - 60_000);
        rig.AddMessages(Alice);
        rig.Store.IsDown = true;
        var bob = rig.Fresh(Bob);
        await rig.LoginCheck.LoggedInAsync(bob.Session, TestContext.Current.CancellationToken);
        rig.AddMessages(Alice);

        rig.Store.IsDown = false;
        Assert.Equal([4u, 5], await OnceDueAsync(bob.ReceivePushesAsync(2)));
    }

    [Fact]
    public async Task Check_is_made_again_until_the_store_answers()
    {
        await using var rig = new DeliveryRig(_time);
        await rig.StartAsync();
        var bob = rig.Fresh(Bob);
        await rig.LoginCheck.LoggedInAsync(bob.Session, TestContext.Current.CancellationToken);
        rig.AddMessages(Alice, 2);
        rig.Store.IsDown = true;
        await OnceDueAsync(rig.Store.RefusedAsync());

        rig.Store.IsDown = false;
        Assert.Equal([1u, 2], await OnceDueAsync(bob.ReceivePushesAsync(2)));
    }

    [Fact]
    public async Task Session_that_has_settled_takes_a_first_message_as_it_is()
    {
        await using var rig = new DeliveryRig(_time);
        await rig.StartAsync();
        rig.AddMessages(Alice, 3, timeMs: rig.NowMs - 60_000);
        var bob = rig.Fresh(Bob);
        await rig.LoginCheck.LoggedInAsync(bob.Session, TestContext.Current.CancellationToken);
        var marker = rig.Store.Add(BrokerIm.Core.Values.ConversationId.Pair(Bob, new(1003)), new(1003), timeMs: rig.NowMs);
        Assert.Equal([marker], await OnceDueAsync(bob.ReceivePushesAsync(1)));

        rig.AddMessages(Alice);
        await rig.DeliverAsync(rig.Message(4, users: Bob));

        Assert.Equal([4u], await bob.ReceivePushesAsync(1));
    }

    /// <summary>Lets time pass until something has happened: the check may be about to begin its wait when the clock is moved.</summary>
    private async Task<T> OnceDueAsync<T>(Task<T> happening)
    {
        await OnceDueAsync((Task)happening);
        return await happening;
    }

    private async Task OnceDueAsync(Task happening)
    {
        while (!happening.IsCompleted)
        {
            _time.Advance(LoginCheck.Delay);
            await Task.Yield();
        }
    }
}
