using System.CommandLine;
using BrokerIm.Adapters.Embedded;
using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Ports;
using BrokerIm.Server.Commands;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace BrokerIm.Tests.Unit.Server;

/// <summary>The operator's commands for groups on a store of their own, by what they leave in it.</summary>
public sealed class GroupCommandTests : IAsyncLifetime
{
    private readonly string _folder = System.IO.Directory.CreateTempSubdirectory("brokerim-groups-").FullName;
    private readonly ServiceProvider _services;

    public GroupCommandTests()
    {
        var settings = new ConfigurationBuilder()
            .AddInMemoryCollection([KeyValuePair.Create<string, string?>("Embedded:DataDirectory", _folder)]).Build();
        _services = new ServiceCollection().AddLogging().AddSqliteStores(settings).BuildServiceProvider();
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private IGroupReader Groups => _services.GetRequiredService<IGroupReader>();

    public async ValueTask InitializeAsync()
    {
        foreach (var name in new[] { "alice", "bob", "carol" })
            await _services.GetRequiredService<IUserDirectoryWriter>().AddAsync(new(name, "", name), Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        System.IO.Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Groups_are_made_and_their_members_added_and_removed()
    {
        Assert.Equal(0, await RunAsync("create", "Team", "alice", "2"));
        Assert.Equal(0, await RunAsync("create", "Talk", "carol", "--temporary", "--avatar", "g.png"));
        Assert.Equal(("Team", GroupType.Normal, 1u), await FactsAsync(1));
        Assert.Equal(("Talk", GroupType.Temporary, 1u), await FactsAsync(2));
        Assert.Equal([1u, 2u], await MembersAsync(1));

        Assert.Equal(0, await RunAsync("add", "1", "carol", "alice"));
        Assert.Equal([1u, 2u, 3u], await MembersAsync(1));
        Assert.Equal(0, await RunAsync("remove", "1", "bob", "carol"));
        Assert.Equal([1u], await MembersAsync(1));
        Assert.Equal(("Team", GroupType.Normal, 3u), await FactsAsync(1));

        Assert.Equal(0, await RunAsync("list"));
        Assert.Equal(0, await RunAsync("list", "--user", "carol"));
        Assert.Equal(0, await RunAsync("show", "1"));
    }

    [Fact]
    public async Task A_command_given_twice_changes_nothing_the_second_time()
    {
        await RunAsync("create", "Team", "alice", "bob");
        Assert.Equal(0, await RunAsync("add", "1", "bob"));
        Assert.Equal(0, await RunAsync("remove", "1", "carol"));

        Assert.Equal(("Team", GroupType.Normal, 1u), await FactsAsync(1));
    }

    [Fact]
    public async Task Impossible_commands_fail()
    {
        Assert.Equal(1, await RunAsync("create", "Team", "nobody"));
        Assert.Equal(2, await RunAsync("create", "", "alice"));
        Assert.Equal(1, await RunAsync("add", "7", "alice"));
        Assert.Equal(1, await RunAsync("show", "7"));
        Assert.Equal(1, await RunAsync("list", "--user", "nobody"));
        Assert.Empty(await Groups.AllGroupsAsync(Token));
    }

    private async Task<(string Name, GroupType Type, uint Version)> FactsAsync(uint group) =>
        (await Groups.GroupsAsync([group], Token))[0] is { } facts ? (facts.Name, (GroupType)facts.Type, facts.Version) : default;

    private async Task<IEnumerable<uint>> MembersAsync(uint group) =>
        (await Groups.MembersAsync(group, Token)).Where(member => member.IsOpen).Select(member => member.User.Value);

    private Task<int> RunAsync(params string[] arguments) =>
        GroupsCommand.Create().Parse([.. arguments, "--data", _folder]).InvokeAsync(cancellationToken: Token);
}
