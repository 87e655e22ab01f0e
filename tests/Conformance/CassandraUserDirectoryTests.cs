using BrokerIm.Adapters.Production.Cassandra;
using BrokerIm.Core.Ports;
using Microsoft.Extensions.Options;

namespace BrokerIm.Tests.Conformance;

public sealed class CassandraUserDirectoryTests(CassandraKeyspace keyspace) : UserDirectoryConformance, IAsyncLifetime
{
    private readonly List<CassandraUserDirectory> _open = [];
    private ICassandraSession? _session;

    private ICassandraSession Session => _session!;

    public async ValueTask InitializeAsync() => (_session, _) = await keyspace.OpenAsync();

    public ValueTask DisposeAsync()
    {
        foreach (var directory in _open)
            directory.Dispose();
        return ValueTask.CompletedTask;
    }

    protected override IUserDirectoryWriter Open(TimeProvider time)
    {
        var directory = new CassandraUserDirectory(Session, time, Options.Create(CassandraKeyspace.Settings("any")));
        _open.Add(directory);
        return directory;
    }

    [Fact]
    public async Task Name_whose_adder_crashed_is_taken_over_by_one_of_many()
    {
        var (directory, name) = (Open(TimeProvider.System), Fresh.Name());
        var claimed = Fresh.User();
        Assert.True((await Session.ReadAsync(DirectoryStatements.ClaimName, (name, claimed), Deadline.Token))[0]);
        Assert.Null(await directory.FindAsync(name, Deadline.Token));

        var added = await Task.WhenAll(Enumerable.Range(0, 10).Select(
            i => directory.AddAsync(new(name, $"{i}", ""), Deadline.Token).AsTask()));

        var winner = Assert.Single(added.OfType<UserProfile>());
        Assert.Equal(claimed, winner.Id);
        Assert.Equal(winner, (await directory.FindAsync(name, Deadline.Token))!.Profile);
        Assert.Null(await directory.AddAsync(new(name, "late", ""), Deadline.Token));
    }

    [Fact]
    public async Task Change_whose_adder_crashed_is_not_listed()
    {
        var directory = Open(TimeProvider.System);
        var added = await directory.AddAsync(new(Fresh.Name(), "", ""), Deadline.Token);
        var later = 1_000_000_000_000 + (Fresh.Number() * 16L);
        UserChange[] left = [new(later, added!.Id), new(later, Fresh.User())];
        foreach (var change in left)
            await Session.WriteAsync<UserChange>(DirectoryStatements.WriteChange, new[] { change }, Deadline.Token);

        Assert.Empty(await directory.ListChangedAsync(later, 1, Deadline.Token));
    }

    [Fact]
    public async Task Entry_of_an_edit_that_crashed_is_not_listed_and_the_next_edit_is()
    {
        var directory = Open(TimeProvider.System);
        var added = await directory.AddAsync(new(Fresh.Name(), "", ""), Deadline.Token);
        var later = 1_000_000_000_000 + (Fresh.Number() * 16L);
        await Session.WriteAsync<UserChange>(
            DirectoryStatements.WriteChange, new UserChange[] { new(later, added!.Id) }, Deadline.Token);
        Assert.Empty(await directory.ListChangedAsync(later, 1, Deadline.Token));

        var time = new Support.ManualTimeProvider(DateTimeOffset.FromUnixTimeSeconds(4_000_000_000L + (Fresh.Number() * 16L)));
        var edited = await Open(time).EditAsync(added.Id, new(Nick: "edited"), Deadline.Token);
        Assert.Contains(edited!, await directory.ListChangedAsync(edited!.UpdatedSeconds, 1_000, Deadline.Token));
    }

    [Fact]
    public async Task Index_keeps_one_entry_of_a_user_however_often_he_changes()
    {
        var time = new Support.ManualTimeProvider(DateTimeOffset.FromUnixTimeSeconds(4_000_000_000L + (Fresh.Number() * 16L)));
        var directory = Open(time);
        var user = (await directory.AddAsync(new(Fresh.Name(), "", ""), Deadline.Token))!.Id;
        for (var i = 0; i < 5; i++)
        {
            await directory.EditAsync(user, new(Signature: $"{i}"), Deadline.Token);
            time.Advance(TimeSpan.FromSeconds(1));
        }

        var shard = (int)(user.Value % DirectoryStatements.ChangeShards);
        var entries = await Session.ReadAsync(
            DirectoryStatements.ChangesAfter, (shard, new(0, new(0)), int.MaxValue), Deadline.Token);
        Assert.Equal(time.GetUtcNow().ToUnixTimeSeconds() - 1, Assert.Single(entries, entry => entry.User == user).Updated);
    }

    [Fact]
    public async Task First_number_is_1_and_blocks_grow_from_1()
    {
        var kind = Fresh.Name();
        using var first = new IdBlock(Session, kind);
        using var second = new IdBlock(Session, kind);
        List<uint> numbers = [];
        for (var i = 0; i < 4; i++)
        {
            numbers.Add(await first.NextAsync(Deadline.Token));
            numbers.Add(await second.NextAsync(Deadline.Token));
        }

        // Blocks of one, then of two, then of four.
        Assert.Equal([1, 2, 3, 5, 4, 6, 7, 11], numbers);
    }

    [Fact]
    public async Task What_cannot_be_a_name_is_nobodys()
    {
        var directory = Open(TimeProvider.System);
        foreach (var name in new[] { "", "\ud800", new string('x', 100_000) })
        {
            Assert.Null(await directory.FindAsync(name, Deadline.Token));
            await Assert.ThrowsAsync<ArgumentException>(async () => await directory.AddAsync(new(name, "", ""), Deadline.Token));
        }
    }

    [Fact]
    public async Task Credential_of_nobody_is_refused() => await Assert.ThrowsAsync<InvalidOperationException>(
        async () => await Open(TimeProvider.System).SetCredentialAsync(Fresh.User(), "new", Deadline.Token));
}
