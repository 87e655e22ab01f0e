using System.CommandLine;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Security;
using BrokerIm.Server.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace BrokerIm.Server.Commands;

/// <summary>What the commands about users have in common.</summary>
internal static class UsersOptions
{
    public const int Ok = 0;
    public const int Failed = 1;
    public const int WrongUsage = 2;

    private const int MaxIterations = 10_000_000;

    private static readonly Option<string?> s_store = Store();

    /// <summary>Adds what says where the users are.</summary>
    public static void AddTo(Command command)
    {
        command.Options.Add(s_store);
        command.Options.Add(SettingsOptions.Data);
        command.Options.Add(SettingsOptions.Config);
        command.Options.Add(SettingsOptions.Set);
    }

    /// <summary>Work factor of stored passwords.</summary>
    public static Option<int> Iterations()
    {
        var option = new Option<int>("--password-iterations")
        {
            Description = "PBKDF2 iterations per password. Fewer only for load tests: they make stolen passwords easy to guess.",
            HelpName = "N",
            DefaultValueFactory = _ => PasswordRecord.DefaultIterations,
        };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > MaxIterations)
                result.AddError($"--password-iterations must be 1 to {MaxIterations}.");
        });
        return option;
    }

    /// <summary>Does something with the directory and turns its unavailability into an exit code.</summary>
    public static async Task<int> WithDirectoryAsync(
        OpenStores open, ParseResult arguments, Func<IUserDirectory, Task<int>> work, CancellationToken cancellationToken)
    {
        var settings = SettingsOptions.Read(arguments, withData: true);
        var store = arguments.GetValue(s_store) ?? (arguments.GetValue(SettingsOptions.Data) is null ? null : Stores.Embedded);
        IServiceProvider? provider = null;
        try
        {
            provider = await open(settings, store, cancellationToken);
            return await work(provider.GetRequiredService<IUserDirectory>());
        }
        catch (DependencyUnavailableException exception)
        {
            await Console.Error.WriteLineAsync($"The user directory cannot be reached: {exception.Message}");
            return Failed;
        }
        finally
        {
            if (provider is IAsyncDisposable disposable)
                await disposable.DisposeAsync();
        }
    }

    private static Option<string?> Store()
    {
        var option = new Option<string?>("--store")
        {
            Description = "Where the users are: embedded (the folder of --data) or cassandra. Defaults to cassandra when the settings "
                + "have Cassandra:ContactPoints and --data is not given, and to embedded otherwise.",
            HelpName = "STORE",
        };
        option.AcceptOnlyFromAmong(Stores.Embedded, Stores.Cassandra);
        return option;
    }
}

/// <summary>Composes the services that hold the user directory; see <see cref="Stores.OpenAsync"/>.</summary>
internal delegate Task<IServiceProvider> OpenStores(IConfiguration settings, string? store, CancellationToken cancellationToken);
