using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using BrokerIm.Gateway.Presence;
using BrokerIm.Tests.Flow.Support;
using BrokerIm.Tests.Support;
using MemoryPresence = BrokerIm.Adapters.Embedded.MemoryPresence;

namespace BrokerIm.Tests.Unit.Gateway;

public sealed class StatusCacheTests : IDisposable
{
    private static readonly GatewayAddress s_gateway = new("there", 7);
    private static readonly UserId s_user = new(1001);

    private readonly ManualTimeProvider _time = new();
    private readonly FaultyPresence _presence;
    private readonly StatusCache _statuses;

    public StatusCacheTests()
    {
        _presence = new(() => new MemoryPresence(_time));
        _statuses = new(_presence, _time);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_phone_alone_is_not_online_and_a_PC_is()
    {
        await ComeAsync(s_user, ClientType.Ios);
        await ComeAsync(new(1002), ClientType.Mac);

        Assert.Equal([null, s_gateway, null], await _statuses.FindAsync([s_user, new(1002), new(1003)], Token));
    }

    [Fact]
    public async Task What_is_remembered_holds_until_it_is_old_or_news_comes()
    {
        Assert.Equal([null], await _statuses.FindAsync([s_user], Token));
        await ComeAsync(s_user, ClientType.Windows);
        Assert.Equal([null], await _statuses.FindAsync([s_user], Token));

        _statuses.Forget(s_user);
        Assert.Equal([s_gateway], await _statuses.FindAsync([s_user], Token));

        _presence.Lose();
        Assert.Equal([s_gateway], await _statuses.FindAsync([s_user], Token));
        _time.Advance(StatusCache.Lifetime);
        Assert.Equal([null], await _statuses.FindAsync([s_user], Token));
    }

    [Fact]
    public async Task More_than_one_question_holds_is_asked_in_parts_and_answered_in_order()
    {
        var users = Enumerable.Range(1, 1_700).Select(id => new UserId((uint)id)).ToList();
        foreach (var user in users.Where(user => user.Value % 3 == 0))
            await ComeAsync(user, ClientType.Windows);

        var found = await _statuses.FindAsync(users, Token);
        Assert.Equal(users.Select(user => user.Value % 3 == 0 ? s_gateway : (GatewayAddress?)null), found);
    }

    [Fact]
    public async Task A_registry_that_does_not_answer_is_said_so_and_asked_again_the_next_time()
    {
        _presence.IsDown = true;
        await Assert.ThrowsAsync<DependencyUnavailableException>(async () => await _statuses.FindAsync([s_user], Token));

        _presence.IsDown = false;
        Assert.Equal([null], await _statuses.FindAsync([s_user], Token));
    }

    public void Dispose() => _statuses.Dispose();

    private async Task ComeAsync(UserId user, ClientType client)
    {
        await _presence.RenewAsync(s_gateway, TimeSpan.FromHours(1), Token);
        await _presence.AddAsync([new(user, s_gateway, user.Value, client, LoginTimeMs: 1)], Token);
    }
}
