using System.CommandLine;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using BrokerIm.Server.Groups;
using BrokerIm.Server.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace BrokerIm.Server.Commands;

/// <summary>Brings a command to groups: to read them, for which the server may run, or to change them.</summary>
internal sealed class GroupAccess
{
    private readonly SettingsOptions _settings;

    private GroupAccess(Command command) => _settings = SettingsOptions.AddTo(command);

    /// <summary>Adds the options to a command.</summary>
    public static GroupAccess AddTo(Command command) => new(command);

    /// <summary>Reads groups and users.</summary>
    public Task<int> ReadAsync(
        ParseResult arguments, Func<IGroupReader, IUserDirectory, Task<int>> work, CancellationToken cancellationToken) =>
        OperatorGuard.RunAsync(async () =>
        {
            await using var services = await Stores.OpenAsync(
                _settings.Read(arguments), _settings.NameEmbeddedStore(arguments), cancellationToken);
            return await work(services.GetRequiredService<IGroupReader>(), services.GetRequiredService<IUserDirectory>());
        });

    /// <summary>Changes groups.</summary>
    public Task<int> ChangeAsync(ParseResult arguments, Func<GroupPublisher, Task<int>> work, CancellationToken cancellationToken) =>
        OperatorGuard.RunAsync(async () =>
        {
            await using var publisher = await GroupPublisher.OpenAsync(
                _settings.Read(arguments), _settings.NameEmbeddedStore(arguments), cancellationToken);
            return await work(publisher);
        });

    /// <summary>The users of a list of login names or numbers; says which there are not and returns null.</summary>
    public static async Task<List<UserId>?> FindUsersAsync(
        IUserDirectory directory, IEnumerable<string> names, CancellationToken cancellationToken)
    {
        var users = new List<UserId>();
        var missing = new List<string>();
        foreach (var name in names)
        {
            if (await FindAsync(directory, name, cancellationToken) is { } user)
                users.Add(user);
            else
                missing.Add(name);
        }

        if (missing.Count == 0)
            return users;
        await Console.Error.WriteLineAsync($"There is no user {string.Join(", ", missing)}.");
        return null;
    }

    private static async Task<UserId?> FindAsync(IUserDirectory directory, string name, CancellationToken cancellationToken)
    {
        if (await directory.FindAsync(name, cancellationToken) is { } account)
            return account.Profile.Id;
        if (!uint.TryParse(name, out var id) || !new UserId(id).IsValid)
            return null;
        return (await directory.GetAsync([new(id)], cancellationToken)).Count > 0 ? new UserId(id) : null;
    }
}
