using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using BrokerIm.Tests.Support;

namespace BrokerIm.Tests.Conformance;

/// <summary>What every user directory promises; one subclass per adapter.</summary>
public abstract partial class UserDirectoryConformance
{
    /// <summary>A second of its own for each test, far from all others, so that lists of changes hold little else.</summary>
    private readonly ManualTimeProvider _time = new(DateTimeOffset.FromUnixTimeSeconds(4_000_000_000L + (Fresh.Number() * 16L)));

    /// <summary>Opens the directory as a process of its own would; it tells changes by this clock.</summary>
    protected abstract IUserDirectoryWriter Open(TimeProvider time);

    private long Now => _time.GetUtcNow().ToUnixTimeSeconds();

    [Fact]
    public async Task Account_is_found_by_its_exact_name()
    {
        var directory = Open(_time);
        var name = "Ä" + Fresh.Name()[1..];
        var added = await directory.AddAsync(
            new(name, "credential", "昵称", 2, "http://a/b.png", 7, "a@b.c", "123", "nicheng", 4, "🙂 signed"), Deadline.Token);

        Assert.Equal(
            new UserProfile(added!.Id, name, "昵称", 2, "http://a/b.png", 7, "a@b.c", "123", "nicheng", 4, "🙂 signed", Now), added);
        Assert.True(added.Id.IsValid);
        Assert.Equal(new UserAccount(added, "credential"), await directory.FindAsync(name, Deadline.Token));
        Assert.Null(await directory.FindAsync(name.ToUpperInvariant(), Deadline.Token));
        Assert.Null(await directory.FindAsync(name + " ", Deadline.Token));
        Assert.Null(await directory.FindAsync(name + "\0", Deadline.Token));
        Assert.Null(await directory.FindAsync(Fresh.Name(), Deadline.Token));
    }

    [Fact]
    public async Task Taken_name_changes_nothing()
    {
        var directory = Open(_time);
        var name = Fresh.Name();
        var first = await directory.AddAsync(new(name, "first", "First"), Deadline.Token);

        Assert.Null(await directory.AddAsync(new(name, "second", "Second"), Deadline.Token));
        Assert.Equal(new UserAccount(first!, "first"), await directory.FindAsync(name, Deadline.Token));
    }

    [Fact]
    public async Task Of_many_who_want_one_name_one_gets_it()
    {
        var (directory, name) = (Open(_time), Fresh.Name());
        var added = await Task.WhenAll(Enumerable.Range(0, 50).Select(
            i => directory.AddAsync(new(name, $"{i}", $"{i}"), Deadline.Token).AsTask()));

        var winner = Assert.Single(added.OfType<UserProfile>());
        Assert.Equal(winner, (await directory.FindAsync(name, Deadline.Token))!.Profile);
    }

    [Fact]
    public async Task Ids_rise_and_are_never_given_twice()
    {
        var directory = Open(_time);
        List<UserId> ids = [];
        for (var i = 0; i < 10; i++)
            ids.Add((await directory.AddAsync(new(Fresh.Name(), "", ""), Deadline.Token))!.Id);
        Assert.Equal(ids.Order(), ids);

        var added = await Task.WhenAll(Enumerable.Range(0, 3_000).Select(
            _ => directory.AddAsync(new(Fresh.Name(), "", ""), Deadline.Token).AsTask()));
        Assert.Equal(3_010, added.Select(profile => profile!.Id).Concat(ids).Distinct().Count());
        Assert.All(added, profile => Assert.True(profile!.Id.IsValid));
    }

    [Fact]
    public async Task Profiles_are_found_by_id_and_unknown_ids_left_out()
    {
        var directory = Open(_time);
        var one = await directory.AddAsync(new(Fresh.Name(), "", "One"), Deadline.Token);
        var other = await directory.AddAsync(new(Fresh.Name(), "", "Other"), Deadline.Token);

        var found = await directory.GetAsync([other!.Id, new(UserId.MaxValue), one!.Id], Deadline.Token);
        Assert.Equal([one, other], found.OrderBy(profile => profile.Id));
        Assert.Empty(await directory.GetAsync([], Deadline.Token));
    }

    [Fact]
    public async Task Changes_are_listed_from_a_time_on_oldest_first()
    {
        var (directory, start) = (Open(_time), Now);
        List<UserProfile> added = [];
        for (var i = 0; i < 4; i++, _time.Advance(TimeSpan.FromSeconds(1)))
            added.Add((await directory.AddAsync(new(Fresh.Name(), "", ""), Deadline.Token))!);

        Assert.Equal(added, await OursAsync(start, int.MaxValue));
        Assert.Equal(added.Skip(2), await OursAsync(start + 2, int.MaxValue));
        Assert.Equal(added.Take(1), await directory.ListChangedAsync(start, 1, Deadline.Token));
        Assert.Empty(await OursAsync(start + 4, int.MaxValue));

        async Task<IEnumerable<UserProfile>> OursAsync(long since, int max) =>
            (await directory.ListChangedAsync(since, max, Deadline.Token)).Where(added.Contains);
    }

    [Fact]
    public async Task New_credential_replaces_the_old_one_and_nothing_else()
    {
        var directory = Open(_time);
        var name = Fresh.Name();
        var added = await directory.AddAsync(new(name, "old", "Nick"), Deadline.Token);
        await directory.SetCredentialAsync(added!.Id, "new", Deadline.Token);

        Assert.Equal(new UserAccount(added, "new"), await directory.FindAsync(name, Deadline.Token));
    }

    [Fact]
    public async Task Department_is_added_once_under_each_parent()
    {
        var (directory, name) = (Open(_time), Fresh.Name());
        var added = await Task.WhenAll(Enumerable.Range(0, 20).Select(
            _ => directory.GetOrAddDepartmentAsync(name, 0, Deadline.Token).AsTask()));
        var department = Assert.Single(added.Distinct());
        Assert.Equal(new Department(department.Id, name, 0, 0, false, Now), department);
        Assert.NotEqual(0u, department.Id);

        _time.Advance(TimeSpan.FromSeconds(1));
        var child = await directory.GetOrAddDepartmentAsync(name, department.Id, Deadline.Token);
        Assert.NotEqual(department.Id, child.Id);
        Assert.Equal(department, await directory.GetOrAddDepartmentAsync(name, 0, Deadline.Token));

        var start = department.UpdatedSeconds;
        Assert.Equal([department, child], await OursAsync(start - 1));
        Assert.Equal([child], await OursAsync(start));
        Assert.Empty(await OursAsync(start + 1));

        async Task<IEnumerable<Department>> OursAsync(long after) =>
            (await directory.ListDepartmentsAsync(after, Deadline.Token)).Where(listed => listed.Name == name);
    }

    [Fact]
    public async Task Another_process_sees_what_was_added()
    {
        var (one, other, name) = (Open(_time), Open(_time), Fresh.Name());
        var added = await one.AddAsync(new(name, "credential", "Nick"), Deadline.Token);

        Assert.Equal(new UserAccount(added!, "credential"), await other.FindAsync(name, Deadline.Token));
        Assert.Null(await other.AddAsync(new(name, "", ""), Deadline.Token));
    }
}
