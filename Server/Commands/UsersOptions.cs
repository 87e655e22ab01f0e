using System.CommandLine;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Security;
using Microsoft.Extensions.DependencyInjection;

namespace BrokerIm.Server.Commands;

/// <summary>What the commands about users have in common.</summary>
internal static class UsersOptions
{
    public const int Ok = 0;
    public const int Failed = 1;
    public const int WrongUsage = 2;

    private const int MaxIterations = 10_000_000;

    /// <summary>Folder of the embedded store.</summary>
    public static Option<string?> Data() => new("--data")
    {
        Description = "Folder of the embedded store. Defaults to ./data.",
        HelpName = "DIR",
    };

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
        Func<string?, IServiceProvider> services, string? data, Func<IUserDirectory, Task<int>> work)
    {
        var provider = services(data);
        try
        {
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
}
