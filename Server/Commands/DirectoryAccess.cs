using System.CommandLine;
using BrokerIm.Core.Ports;
using BrokerIm.Server.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace BrokerIm.Server.Commands;

/// <summary>
/// Brings a command to the user directory: that of Cassandra where the settings have a section for it, that of the embedded store
/// where they have none or where <c>--data</c> names it.
/// </summary>
internal sealed class DirectoryAccess
{
    private readonly SettingsOptions _settings;

    private DirectoryAccess(Command command) => _settings = SettingsOptions.AddTo(command);

    /// <summary>Adds the options to a command.</summary>
    public static DirectoryAccess AddTo(Command command) => new(command);

    /// <summary>Does something with the directory and turns its unavailability into an exit code.</summary>
    public async Task<int> UseAsync(ParseResult arguments, Func<IUserDirectoryWriter, Task<int>> work, CancellationToken cancellationToken)
    {
        try
        {
            await using var services = await Stores.OpenAsync(
                _settings.Read(arguments), _settings.NameEmbeddedStore(arguments), cancellationToken);
            return await work(services.GetRequiredService<IUserDirectoryWriter>());
        }
        catch (DependencyUnavailableException exception)
        {
            await Console.Error.WriteLineAsync($"The user directory cannot be reached: {exception.Message}");
            return UsersOptions.Failed;
        }
    }
}
