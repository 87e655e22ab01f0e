using System.CommandLine;
using BrokerIm.Adapters.Embedded;
using BrokerIm.Core.Ports;
using BrokerIm.Server.Commands;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace BrokerIm.Tests.Unit.Server;

/// <summary>The operator's commands on a store of their own, by what they leave in it.</summary>
public sealed class DirectoryCommandTests : IAsyncDisposable
{
    private readonly string _folder = System.IO.Directory.CreateTempSubdirectory("brokerim-commands-").FullName;
    private readonly ServiceProvider _services;

    public DirectoryCommandTests()
    {
        var settings = new ConfigurationBuilder()
            .AddInMemoryCollection([KeyValuePair.Create<string, string?>("Embedded:DataDirectory", _folder)]).Build();
        _services = new ServiceCollection().AddLogging().AddSqliteStores(settings).BuildServiceProvider();
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private IUserDirectoryWriter Directory => _services.GetRequiredService<IUserDirectoryWriter>();

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        System.IO.Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Departments_are_added_renamed_moved_deleted_and_restored()
    {
        Assert.Equal(0, await RunAsync("departments", "add", "Research"));
        Assert.Equal(0, await RunAsync("departments", "add", "Chemistry", "--parent", "Research", "--priority", "3"));
        Assert.Equal(["Research/0/0/False", "Chemistry/1/3/False"], await DepartmentsAsync());

        Assert.Equal(0, await RunAsync("departments", "rename", "Chemistry", "Physics"));
        Assert.Equal(0, await RunAsync("departments", "move", "Physics", "--parent", "0", "--priority", "4"));
        Assert.Equal(["Research/0/0/False", "Physics/0/4/False"], await DepartmentsAsync());

        Assert.Equal(0, await RunAsync("departments", "move", "Physics", "--priority", "5"));
        Assert.Equal(0, await RunAsync("departments", "delete", "2"));
        Assert.Equal(["Research/0/0/False", "Physics/0/5/True"], await DepartmentsAsync());

        Assert.Equal(0, await RunAsync("departments", "restore", "Physics"));
        Assert.Equal(["Research/0/0/False", "Physics/0/5/False"], await DepartmentsAsync());
        Assert.Equal(0, await RunAsync("departments", "list", "--json"));
    }

    [Fact]
    public async Task Impossible_changes_of_departments_fail()
    {
        await RunAsync("departments", "add", "Top");
        await RunAsync("departments", "add", "Below", "--parent", "Top");
        var before = await DepartmentsAsync();

        Assert.Equal(1, await RunAsync("departments", "add", "Top"));
        Assert.Equal(1, await RunAsync("departments", "add", "Other", "--parent", "Nowhere"));
        Assert.Equal(1, await RunAsync("departments", "delete", "Top"));
        Assert.Equal(1, await RunAsync("departments", "delete", "Nowhere"));
        Assert.Equal(1, await RunAsync("departments", "restore", "Top"));
        Assert.Equal(1, await RunAsync("departments", "move", "Top", "--parent", "Below"));
        Assert.Equal(2, await RunAsync("departments", "move", "Top"));
        Assert.Equal(2, await RunAsync("departments", "rename", "Top", " "));
        Assert.Equal(2, await RunAsync("departments", "add", new('x', 65)));
        Assert.Equal(before, await DepartmentsAsync());
    }

    [Fact]
    public async Task User_is_changed()
    {
        var added = await Directory.AddAsync(new("dave", "credential", "Dave", Email: "old"), Stop);
        await RunAsync("departments", "add", "Research");

        Assert.Equal(0, await RunAsync("users", "set", "dave", "--nick", "David", "--status", "3", "--department", "Research", "--email", ""));

        var changed = (await Directory.FindAsync("dave", Stop))!.Profile;
        Assert.Equal(
            added! with { Nick = "David", Status = 3, DepartmentId = 1, Email = "", UpdatedSeconds = changed.UpdatedSeconds }, changed);
        Assert.Equal(0, await RunAsync("users", "set", "dave", "--department", "0"));
        Assert.Equal(0u, (await Directory.FindAsync("dave", Stop))!.Profile.DepartmentId);
    }

    [Fact]
    public async Task Impossible_changes_of_users_fail()
    {
        var added = await Directory.AddAsync(new("dave", "credential", "Dave"), Stop);

        Assert.Equal(1, await RunAsync("users", "set", "nobody", "--nick", "x"));
        Assert.Equal(1, await RunAsync("users", "set", "dave", "--department", "Nowhere"));
        Assert.Equal(2, await RunAsync("users", "set", "dave", "--status", "9"));
        Assert.Equal(2, await RunAsync("users", "set", "dave", "--nick", new('x', 33)));
        Assert.Equal(2, await RunAsync("users", "set", "dave"));
        Assert.Equal(added, (await Directory.FindAsync("dave", Stop))!.Profile);
    }

    private Task<int> RunAsync(params string[] arguments) => new RootCommand { UsersCommand.Create(), DepartmentsCommand.Create() }
        .Parse([.. arguments, "--data", _folder])
        .InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false }, Stop);

    private async Task<IEnumerable<string>> DepartmentsAsync() => (await Directory.ListDepartmentsAsync(-1, Stop))
        .OrderBy(department => department.Id)
        .Select(department => $"{department.Name}/{department.ParentId}/{department.Priority}/{department.Deleted}");
}
