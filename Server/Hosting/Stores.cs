using BrokerIm.Adapters.Embedded;
using BrokerIm.Adapters.Production;
using BrokerIm.Adapters.Production.Cassandra;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace BrokerIm.Server.Hosting;

/// <summary>The stores alone, for commands that work on them while the server runs or does not.</summary>
internal static class Stores
{
    /// <summary>Name of the store in Cassandra.</summary>
    public const string Cassandra = "cassandra";

    /// <summary>Name of the store in a folder.</summary>
    public const string Embedded = "embedded";

    /// <summary>Opens the stores, once they are found to be as a role would want them. The caller disposes of the provider.</summary>
    /// <param name="settings">Where they are.</param>
    /// <param name="store">Which; null for Cassandra where the settings say where it is, and else the folder.</param>
    /// <param name="cancellationToken">Gives up waiting for them.</param>
    public static async Task<IServiceProvider> OpenAsync(IConfiguration settings, string? store, CancellationToken cancellationToken)
    {
        var services = CommandServices.Of(settings);
        store ??= settings[$"{CassandraOptions.Section}:{nameof(CassandraOptions.ContactPoints)}"] is null ? Embedded : Cassandra;
        _ = store == Cassandra ? services.AddCassandraStores(settings) : services.AddSqliteStores(settings);

        var provider = services.BuildServiceProvider();
        try
        {
            foreach (var check in provider.GetServices<IHostedService>().OfType<IHostedLifecycleService>())
                await check.StartingAsync(cancellationToken);
            return provider;
        }
        catch
        {
            await provider.DisposeAsync();
            throw;
        }
    }
}
