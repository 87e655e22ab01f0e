using BrokerIm.Core;
using BrokerIm.Gateway;
using BrokerIm.Gateway.Http;
using BrokerIm.Server.Demo;
using BrokerIm.Server.Observability;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace BrokerIm.Server.Hosting;

/// <summary>Runs one role until it is told to stop.</summary>
internal static class RoleHost
{
    private const int Ok = 0;
    private const int WrongSettings = 2;

    // Settings are read once. Watching them would watch every folder below the working directory, and be told of each write to a log or
    // a store that lies there.
    private const string NoFileWatch = "--hostBuilder:reloadConfigOnChange=false";

    /// <summary>Runs the role; the result is the process's exit code: 0, or 2 when the settings are wrong.</summary>
    public static async Task<int> RunAsync(
        string role, IConfigurationRoot settings, bool demo, CancellationToken cancellationToken)
    {
        try
        {
            await using var app = Build(role, settings);
            if (demo)
                await DemoAccounts.CreateAsync(app.Services, cancellationToken);

            await StartAsync(app, cancellationToken);
            app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("BrokerIm.Server")
                .RoleStarted(role, string.Join(", ", app.Urls));
            if (demo)
                DemoAccounts.SayWhatToTypeNext(app.Services, settings);

            await app.WaitForShutdownAsync(cancellationToken);
            return Ok;
        }
        catch (OptionsValidationException exception)
        {
            return Refuse(exception.Failures);
        }
        catch (AggregateException exception) when (exception.InnerExceptions.All(inner => inner is OptionsValidationException))
        {
            return Refuse(exception.InnerExceptions.Cast<OptionsValidationException>().SelectMany(inner => inner.Failures));
        }
        catch (IOException exception) when (PortConflict.Of(exception, role, settings) is { } problem)
        {
            return Refuse([problem]);
        }
    }

    private static async Task StartAsync(WebApplication app, CancellationToken cancellationToken)
    {
        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch
        {
            // What has started already is cancelled now; said before, that is no failure worth a line in the log.
            app.Lifetime.StopApplication();
            throw;
        }
    }

    /// <summary>The role, composed and not yet started.</summary>
    /// <exception cref="SettingsException">The settings do not fit their keys.</exception>
    public static WebApplication Build(string role, IConfiguration settings)
    {
        string[] problems = [.. SettingsCheck.Problems(settings)];
        if (problems.Length > 0)
            throw new SettingsException(problems);

        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = [NoFileWatch] });
        builder.Configuration.AddConfiguration(settings);
        ConfigureLogging(builder);

        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.TryAddSingleton<RetryForever>();
        builder.Services.AddOptions<AdminOptions>().Bind(settings.GetSection(AdminOptions.Section)).ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<AdminOptions>, AdminOptionsValidator>();
        Roles.AddChecks(builder.Services.AddReadiness(), role);
        builder.Services.AddObservability(role);
        Roles.Add(builder.Services, role, settings);

        builder.WebHost.ConfigureKestrel((_, kestrel) =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(kestrel.ApplicationServices.GetRequiredService<IOptions<AdminOptions>>().Value.EndPoint);
            if (Roles.TakesClients(role))
                kestrel.ListenForClients();
        });

        var app = builder.Build();
        if (Roles.TakesClients(role))
            app.UseClientHttp();
        app.MapAdmin();
        return app;
    }

    private static void ConfigureLogging(WebApplicationBuilder builder)
    {
        builder.Logging.ClearProviders();
        builder.Logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
            console.UseUtcTimestamp = true;
        });

        // The format is the platform's setting: Logging:Console:FormatterName = json gives one JSON object a line.
        builder.Logging.AddConfiguration(builder.Configuration.GetSection("Logging"));
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder.Logging.AddFilter("MassTransit", LogLevel.Warning);
    }

    /// <summary>Says what is wrong; the exit code for it.</summary>
    public static int Refuse(IEnumerable<string> problems)
    {
        Console.Error.WriteLine("The settings are wrong:");
        foreach (var problem in problems)
            Console.Error.WriteLine($"  {problem}");
        return WrongSettings;
    }
}
