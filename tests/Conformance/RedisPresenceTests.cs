using System.Net;
using BrokerIm.Adapters.Production.Redis;
using BrokerIm.Core.Ports;
using BrokerIm.Faults.Proxy;
using BrokerIm.Tests.Support;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace BrokerIm.Tests.Conformance;

public sealed class RedisPresenceTests : PresenceConformance, IAsyncLifetime
{
    // A database of its own, because one of the tests flushes its own registry only by flushing a database.
    private const int Database = 0;
    private const int FlushedDatabase = 9;

    private const string DeleteMatching = "for _, key in ipairs(redis.call('KEYS', ARGV[1])) do redis.call('DEL', key) end";

    private static readonly TimeSpan s_long = TimeSpan.FromMinutes(10);

    private readonly string _address = Service.Address("BROKERIM_TEST_REDIS");
    private readonly string _prefix = $"test:{Guid.NewGuid():n}:";
    private readonly ManualTime _time = new();
    private readonly RedisConnection _connection;
    private ConnectionMultiplexer? _raw;

    public RedisPresenceTests()
    {
        (_connection, Presence) = Open(_address, _time);
    }

    protected override IPresenceWriter Presence { get; }

    private IDatabase Raw => _raw!.GetDatabase(Database);

    public async ValueTask InitializeAsync() => _raw = await ConnectionMultiplexer.ConnectAsync($"{_address},allowAdmin=true,syncTimeout=60000");

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        if (_raw is not null)
        {
            // Without blocking: this may run on the very thread that reads the connection's answers.
            await Raw.ScriptEvaluateAsync(DeleteMatching, values: [$"{_prefix}*"]);
            await _raw.CloseAsync();
        }
    }

    // Leases run in the server's time, everything else in this one.
    protected override void Pass(TimeSpan time) => _time.Pass(time);

    [Fact]
    public async Task A_flushed_registry_asks_for_a_new_announcement()
    {
        var (connection, presence) = Open($"{_address},defaultDatabase={FlushedDatabase}", _time);
        await using var disposing = connection;
        var gateway = NewAddress();
        var before = await presence.RenewAsync(gateway, s_long, Deadline.Token);

        await _raw!.GetServer(_address).FlushDatabaseAsync(FlushedDatabase);

        var after = await presence.RenewAsync(gateway, s_long, Deadline.Token);
        Assert.NotEqual(before, after);
        Assert.Equal(after, await presence.RenewAsync(gateway, s_long, Deadline.Token));
        Assert.Contains(gateway, await presence.GatewaysAsync(Deadline.Token));
    }

    [Fact]
    public async Task A_lease_that_ran_out_asks_for_a_new_announcement()
    {
        var gateway = NewAddress();
        var before = await Presence.RenewAsync(gateway, TimeSpan.FromMilliseconds(50), Deadline.Token);
        await Deadline.UntilAsync(async () => !await Raw.KeyExistsAsync($"{_prefix}gateway:{gateway.Id}"));

        // Others may have swept our entries meanwhile.
        Assert.NotEqual(before, await Presence.RenewAsync(gateway, s_long, Deadline.Token));
    }

    [Fact]
    public async Task A_lease_that_was_taken_without_hearing_of_it_asks_for_a_new_announcement()
    {
        var gateway = NewAddress();
        var before = await Presence.RenewAsync(gateway, s_long, Deadline.Token);
        await Raw.KeyDeleteAsync($"{_prefix}gateway:{gateway.Id}");

        // What a renewal does whose answer is lost.
        await RedisScripts.RenewAsync(Raw, $"{_prefix}gateway:{gateway.Id}", gateway, s_long, number: 1_000);

        var after = await Presence.RenewAsync(gateway, s_long, Deadline.Token);
        Assert.NotEqual(before, after);
        Assert.Equal(after, await Presence.RenewAsync(gateway, s_long, Deadline.Token));
    }

    [Fact]
    public async Task Connections_are_announced_anew_before_their_entries_expire()
    {
        var gateway = NewAddress();
        var before = await Presence.RenewAsync(gateway, s_long, Deadline.Token);
        Pass(TimeSpan.FromHours(12));

        Assert.NotEqual(before, await Presence.RenewAsync(gateway, s_long, Deadline.Token));
    }

    [Fact]
    public async Task What_a_dead_gateway_leaves_expires_even_if_nobody_asks_for_it()
    {
        var entry = NewEntry(await NewGatewayAsync());
        await Presence.AddAsync([entry], Deadline.Token);

        var left = await Raw.KeyTimeToLiveAsync($"{_prefix}presence:{entry.User}");
        Assert.InRange(left!.Value, TimeSpan.FromHours(23), TimeSpan.FromHours(24));
    }

    [Fact]
    public async Task Whoever_comes_across_a_dead_gateways_entries_removes_them()
    {
        var gateway = await NewGatewayAsync();
        var entry = NewEntry(gateway);
        await Presence.AddAsync([entry], Deadline.Token);
        await Presence.RetireAsync(gateway, Deadline.Token);

        Assert.Empty(await FindAsync(entry.User));

        await Deadline.UntilAsync(async () => !await Raw.KeyExistsAsync($"{_prefix}presence:{entry.User}"));
    }

    [Fact]
    public async Task Sweeping_late_removes_nothing_that_was_announced_again()
    {
        var gateway = await NewGatewayAsync();
        var entry = NewEntry(gateway);
        await Presence.AddAsync([entry], Deadline.Token);
        var key = $"{_prefix}presence:{entry.User}";
        var seen = await Raw.HashGetAllAsync(key);

        await Raw.KeyDeleteAsync($"{_prefix}gateway:{gateway.Id}");
        await Presence.RenewAsync(gateway, s_long, Deadline.Token);
        await Presence.AddAsync([entry], Deadline.Token);
        RedisScripts.Sweep(Raw, key, seen[0].Name!, seen[0].Value);

        // Commands of one connection are done in order, so the sweep is over.
        Assert.Equal(1, await Raw.HashLengthAsync(key));
        Assert.Equal([entry], await FindAsync(entry.User));
    }

    [Fact]
    public async Task A_process_that_was_replaced_does_not_take_its_lease_back()
    {
        var (connection, replacement) = Open(_address, _time);
        await using var disposing = connection;
        var gateway = await NewGatewayAsync();
        var next = gateway with { Incarnation = gateway.Incarnation + 1 };
        await replacement.RenewAsync(next, s_long, Deadline.Token);

        await Assert.ThrowsAsync<DependencyUnavailableException>(() => Presence.RenewAsync(gateway, s_long, Deadline.Token).AsTask());

        var gateways = await Presence.GatewaysAsync(Deadline.Token);
        Assert.Contains(next, gateways);
        Assert.DoesNotContain(gateway, gateways);
    }

    [Fact]
    public async Task The_last_words_of_a_dead_process_do_not_take_its_successors_lease()
    {
        var gateway = await NewGatewayAsync();
        var (connection, dead) = Open(_address, _time);
        await using var disposing = connection;

        await Assert.ThrowsAsync<DependencyUnavailableException>(
            () => dead.RenewAsync(gateway with { Incarnation = gateway.Incarnation - 1 }, s_long, Deadline.Token).AsTask());

        Assert.Contains(gateway, await Presence.GatewaysAsync(Deadline.Token));
    }

    [Fact]
    public async Task A_silent_Redis_costs_the_time_out_once_and_then_next_to_nothing()
    {
        var service = _address.Split(':');
        await using var proxy = new FaultProxy(new DnsEndPoint(service[0], int.Parse(service[1], System.Globalization.CultureInfo.InvariantCulture)));
        var (connection, presence) = Open($"127.0.0.1:{proxy.Port}", TimeProvider.System, TimeSpan.FromSeconds(2));
        await using var disposing = connection;
        await Deadline.UntilAsync(() => Answers(presence));

        proxy.Fault = LinkFault.Blackhole;
        var began = TimeProvider.System.GetTimestamp();
        for (var question = 0; question < 50; question++)
        {
            await Assert.ThrowsAsync<DependencyUnavailableException>(
                () => presence.FindAsync([NewUser()], Deadline.Token).AsTask());
        }

        // Each on its own would have waited two seconds.
        Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.FromSeconds(1.9), TimeSpan.FromSeconds(50));
        proxy.Fault = LinkFault.None;
        await Deadline.UntilAsync(() => Answers(presence));
    }

    [Fact]
    public async Task After_a_cut_connection_presence_is_back_by_itself()
    {
        var service = _address.Split(':');
        await using var proxy = new FaultProxy(new DnsEndPoint(service[0], int.Parse(service[1], System.Globalization.CultureInfo.InvariantCulture)));
        var (connection, presence) = Open($"127.0.0.1:{proxy.Port}", TimeProvider.System, TimeSpan.FromSeconds(5));
        await using var disposing = connection;
        await Deadline.UntilAsync(() => Answers(presence));

        proxy.Reset();

        await Deadline.UntilAsync(() => Answers(presence));
    }

    [Fact]
    public async Task A_connection_on_which_nothing_has_come_for_a_while_is_given_up_for_a_new_one()
    {
        var service = _address.Split(':');
        await using var proxy = new FaultProxy(new DnsEndPoint(service[0], int.Parse(service[1], System.Globalization.CultureInfo.InvariantCulture)));
        var clock = new ManualTimeProvider();
        var log = new EventLogger<RedisConnection>();
        var (connection, presence) = Open($"127.0.0.1:{proxy.Port}", TimeProvider.System, TimeSpan.FromSeconds(0.5), clock, log);
        await using var disposing = connection;
        await Deadline.UntilAsync(() => AnswersAfter(TimeSpan.FromSeconds(1)));

        proxy.Fault = LinkFault.Blackhole;
        Assert.False(await AnswersAfter(TimeSpan.FromSeconds(1)));
        Assert.False(await AnswersAfter(TimeSpan.FromSeconds(10)));
        Assert.DoesNotContain("RedisConnectionReplaced", log.Events);
        Assert.False(await AnswersAfter(TimeSpan.FromSeconds(10)));
        Assert.Single(log.Events, "RedisConnectionReplaced");

        proxy.Fault = LinkFault.None;
        await Deadline.UntilAsync(() => AnswersAfter(TimeSpan.FromSeconds(1)));

        Task<bool> AnswersAfter(TimeSpan pause)
        {
            clock.Advance(pause);
            return Answers(presence);
        }
    }

    private static async Task<bool> Answers(RedisPresence presence)
    {
        try
        {
            await presence.FindAsync([NewUser()], Deadline.Token);
            return true;
        }
        catch (DependencyUnavailableException)
        {
            return false;
        }
    }

    private (RedisConnection Connection, RedisPresence Presence) Open(
        string configuration, TimeProvider time, TimeSpan? timeout = null, TimeProvider? clock = null, ILogger<RedisConnection>? log = null)
    {
        var options = Options.Create(new RedisOptions
        {
            Configuration = configuration,
            KeyPrefix = _prefix,
            Timeout = timeout ?? TimeSpan.FromSeconds(30),
        });
        var connection = new RedisConnection(options, clock ?? TimeProvider.System, log ?? NullLogger<RedisConnection>.Instance);
        var reader = new RedisPresenceReader(connection, options);
        return (connection, new(connection, reader, options, time, NullLogger<RedisPresence>.Instance));
    }
}
