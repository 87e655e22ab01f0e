using BrokerIm.Adapters.Embedded;
using BrokerIm.Adapters.Production.Cassandra;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using BrokerIm.Tests.Support;
using Microsoft.Extensions.Options;

namespace BrokerIm.Tests.Conformance;

/// <summary>What every directory promises an import; one subclass per adapter.</summary>
public abstract class DirectoryImportConformance
{
    /// <summary>Takes things in.</summary>
    protected abstract IDirectoryImport Import { get; }

    /// <summary>The same directory as everybody else sees it.</summary>
    protected abstract IUserDirectoryWriter Directory { get; }

    /// <summary>Numbers of groups of the same store.</summary>
    protected abstract IGroupIds Groups { get; }

    [Fact]
    public async Task Account_keeps_number_time_and_every_field()
    {
        var account = Account();
        Assert.Equal(ImportOutcome.Added, await Import.AddAsync(account, Deadline.Token));

        Assert.Equal(account, await Directory.FindAsync(account.Profile.Name, Deadline.Token));
        Assert.Equal([account.Profile], await Directory.GetAsync([account.Profile.Id], Deadline.Token));
        Assert.Contains(account.Profile, await Directory.ListChangedAsync(account.Profile.UpdatedSeconds, int.MaxValue, Deadline.Token));
    }

    [Fact]
    public async Task Account_that_is_there_is_left_as_it_is()
    {
        var account = Account();
        await Import.AddAsync(account, Deadline.Token);
        await Directory.SetCredentialAsync(account.Profile.Id, "set since", Deadline.Token);

        Assert.Equal(ImportOutcome.Existing, await Import.AddAsync(account, Deadline.Token));
        Assert.Equal("set since", (await Directory.FindAsync(account.Profile.Name, Deadline.Token))!.Credential);
    }

    [Fact]
    public async Task Number_or_name_of_another_account_is_not_taken()
    {
        var account = Account();
        await Import.AddAsync(account, Deadline.Token);

        var sameNumber = account with { Profile = account.Profile with { Name = Fresh.Name() } };
        Assert.Equal(ImportOutcome.NumberTaken, await Import.AddAsync(sameNumber, Deadline.Token));
        Assert.Null(await Directory.FindAsync(sameNumber.Profile.Name, Deadline.Token));

        var sameName = account with { Profile = account.Profile with { Id = Fresh.User() } };
        Assert.Equal(ImportOutcome.NameTaken, await Import.AddAsync(sameName, Deadline.Token));
        Assert.Empty(await Directory.GetAsync([sameName.Profile.Id], Deadline.Token));
        Assert.Equal(account, await Directory.FindAsync(account.Profile.Name, Deadline.Token));
    }

    [Fact]
    public async Task Department_keeps_number_and_time()
    {
        var department = new Department((uint)Fresh.Number(), Fresh.Name(), 7, 3, Deleted: true, 1_500_000_000);
        Assert.Equal(ImportOutcome.Added, await Import.AddAsync(department, Deadline.Token));
        Assert.Equal(ImportOutcome.Existing, await Import.AddAsync(department, Deadline.Token));
        Assert.Equal(ImportOutcome.NumberTaken, await Import.AddAsync(department with { Name = "another" }, Deadline.Token));
        Assert.Equal(
            ImportOutcome.NameTaken, await Import.AddAsync(department with { Id = (uint)Fresh.Number() }, Deadline.Token));

        var listed = await Directory.ListDepartmentsAsync(department.UpdatedSeconds - 1, Deadline.Token);
        Assert.Equal(department, Assert.Single(listed, one => one.Name == department.Name));
    }

    [Fact]
    public async Task Numbers_given_out_later_lie_above_those_taken()
    {
        // Little above what is there: the stores of this suite are shared, and their numbers are not endless.
        var user = (await Directory.AddAsync(new(Fresh.Name(), "", ""), Deadline.Token))!.Id.Value + 5_000;
        var department = (await Directory.GetOrAddDepartmentAsync(Fresh.Name(), 0, Deadline.Token)).Id + 5_000;
        var group = await Groups.ReserveAsync(1, Request(), Deadline.Token) + 5_000;
        await Import.ReserveAsync(new(user, department, group), Deadline.Token);
        await Import.ReserveAsync(new(1, 1, 1), Deadline.Token);

        Assert.True(await NextUserAsync() > user);
        Assert.True(await NextDepartmentAsync() > department);
        Assert.True(await NextGroupAsync() > group);
    }

    /// <summary>The next number by somebody who has none in hand.</summary>
    protected abstract IUserDirectoryWriter OpenDirectory();

    /// <inheritdoc cref="OpenDirectory"/>
    protected abstract IGroupIds OpenGroups();

    private static ClientMessageId Request() => ClientMessageId.Create(Fresh.Number(), Guid.NewGuid().ToByteArray());

    private static UserAccount Account() => new(
        new(Fresh.User(), Fresh.Name(), "昵称", 2, "http://a/b.png", 7, "a@b.c", "123", "nicheng", 4, "🙂 signed", 1_500_000_000),
        "credential");

    private async Task<uint> NextUserAsync() =>
        (await OpenDirectory().AddAsync(new(Fresh.Name(), "", ""), Deadline.Token))!.Id.Value;

    private async Task<uint> NextDepartmentAsync() =>
        (await OpenDirectory().GetOrAddDepartmentAsync(Fresh.Name(), 0, Deadline.Token)).Id;

    private async Task<uint> NextGroupAsync() => await OpenGroups().ReserveAsync(1, Request(), Deadline.Token);
}

public sealed class EmbeddedDirectoryImportTests : DirectoryImportConformance, IDisposable
{
    private readonly SqliteFolder _folder = new();
    private readonly OpenSqlite _opened;

    public EmbeddedDirectoryImportTests()
    {
        _opened = _folder.Open();
        Import = new SqliteDirectoryImport(_opened.Writer);
        Directory = OpenDirectory();
        Groups = OpenGroups();
    }

    protected override IDirectoryImport Import { get; }

    protected override IUserDirectoryWriter Directory { get; }

    protected override IGroupIds Groups { get; }

    protected override IUserDirectoryWriter OpenDirectory() => new SqliteUserDirectory(_opened.Readers, _opened.Writer, TimeProvider.System);

    protected override IGroupIds OpenGroups() => new SqliteGroupIds(_opened.Writer);

    public void Dispose()
    {
        _opened.Dispose();
        _folder.Dispose();
    }
}

public sealed class CassandraDirectoryImportTests(CassandraKeyspace keyspace) : DirectoryImportConformance, IAsyncLifetime
{
    private readonly List<IDisposable> _open = [];
    private ICassandraSession? _session;

    protected override IDirectoryImport Import => Opened(new CassandraDirectoryImport(_session!, TimeProvider.System));

    protected override IUserDirectoryWriter Directory => OpenDirectory();

    protected override IGroupIds Groups => OpenGroups();

    public async ValueTask InitializeAsync() => (_session, _) = await keyspace.OpenAsync();

    public ValueTask DisposeAsync()
    {
        foreach (var one in _open)
            one.Dispose();
        return ValueTask.CompletedTask;
    }

    protected override IUserDirectoryWriter OpenDirectory() =>
        Opened(new CassandraUserDirectory(_session!, TimeProvider.System, Options.Create(CassandraKeyspace.Settings("any"))));

    protected override IGroupIds OpenGroups() => Opened(new CassandraGroupIds(_session!));

    private T Opened<T>(T one)
        where T : IDisposable
    {
        _open.Add(one);
        return one;
    }
}
