using BrokerIm.Adapters.Embedded;
using BrokerIm.Contracts.Records;
using BrokerIm.Core.Ports;
using BrokerIm.Tests.Conformance;
using BrokerIm.Tests.Support;
using Google.Protobuf;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace BrokerIm.Tests.Unit.Embedded;

public sealed class EmbeddedServicesTests : IDisposable
{
    private readonly SqliteFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Stores_are_one_object_behind_their_ports()
    {
        await using var services = Build(static (services, settings) => services.AddSqliteStores(settings));
        Assert.Same(services.GetRequiredService<IConversationStore>(), services.GetRequiredService<IConversationReader>());
        Assert.Equal(
            1u, (await services.GetRequiredService<IUserDirectoryWriter>().AddAsync(new("one", "", ""), Deadline.Token))!.Id.Value);
    }

    [Fact]
    public async Task What_was_written_before_the_services_were_disposed_of_is_there_afterwards()
    {
        await using (var services = Build(static (services, settings) => services.AddEmbeddedAdapters(settings)))
        {
            await services.GetRequiredService<IPersistCommit>().CommitAsync(PersistUnits.Telling(1, 1), Deadline.Token);
            Assert.Single(await services.GetRequiredService<ILogReader<OutboundRecord>>().TakeAsync(1));
        }

        await using var again = Build(static (services, settings) => services.AddEmbeddedAdapters(settings));
        await again.GetRequiredService<IPersistCommit>().CommitAsync(PersistUnits.Telling(2, 2), Deadline.Token);
        var taken = await again.GetRequiredService<ILogReader<OutboundRecord>>().TakeAsync(1);
        Assert.Equal([2u], taken.Select(one => one.MessageId));
    }

    [Fact]
    public async Task Dead_letter_is_kept_with_all_that_is_known()
    {
        await using var services = Build(static (services, settings) => services.AddEmbeddedAdapters(settings));
        var letters = services.GetRequiredService<ILogWriter<DeadLetter>>();
        await letters.AppendAsync(
            0,
            new()
            {
                Topic = "im.inbound", Epoch = 1, Partition = 2, Offset = 3, Index = -1, Reason = "damaged", Build = "0.1.0",
                TimeMs = 4, Original = ByteString.CopyFromUtf8("original"),
            },
            Deadline.Token);

        using var opened = _folder.Open();
        Assert.Equal(1, await opened.QueryAsync(
            """
            SELECT count(*) FROM dead_letter WHERE topic = 'im.inbound' AND epoch = 1 AND partition = 2 AND "offset" = 3
                AND "index" = -1 AND reason = 'damaged' AND build = '0.1.0' AND time_ms = 4
                AND original = CAST('original' AS BLOB)
            """));
        Assert.Equal(1, letters.PartitionCount);
    }

    [Fact]
    public async Task Second_embedded_server_on_the_same_data_does_not_start()
    {
        await using var first = Build(static (services, settings) => services.AddEmbeddedAdapters(settings));
        await StartAsync(first);

        await using (var second = Build(static (services, settings) => services.AddEmbeddedAdapters(settings)))
        {
            var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync(second));
            Assert.Contains(_folder.Path, refusal.Message, StringComparison.Ordinal);
        }

        await first.DisposeAsync();
        await using var third = Build(static (services, settings) => services.AddEmbeddedAdapters(settings));
        await StartAsync(third);
    }

    private static async Task StartAsync(ServiceProvider services)
    {
        foreach (var hosted in services.GetServices<IHostedService>())
            await hosted.StartAsync(Deadline.Token);
    }

    private ServiceProvider Build(Action<IServiceCollection, IConfiguration> add)
    {
        var settings = new ConfigurationBuilder()
            .AddInMemoryCollection([new("Embedded:DataDirectory", _folder.Path)]).Build();
        var services = new ServiceCollection().AddLogging();
        add(services, settings);
        return services.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });
    }
}
