using BrokerIm.Adapters.Embedded;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Security;
using BrokerIm.Core.Values;
using BrokerIm.Tests.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace BrokerIm.Tests.Flow.Support;

/// <summary>What gateways share: the embedded adapters, each with a switch that makes it fail.</summary>
internal sealed class TestCluster : IAsyncDisposable
{
    /// <summary>Password of every user, unless it is changed.</summary>
    public const string Password = "123456";

    private readonly string _folder = System.IO.Directory.CreateTempSubdirectory("brokerim-gateway-").FullName;
    private readonly ServiceProvider _stores;

    public TestCluster()
    {
        var settings = new ConfigurationBuilder()
            .AddInMemoryCollection([KeyValuePair.Create<string, string?>("Embedded:DataDirectory", _folder)])
            .Build();
        _stores = new ServiceCollection().AddLogging().AddSqliteStores(settings).BuildServiceProvider();

        // Leases run out by no clock here; a slow machine must not make users vanish.
        var stopped = new ManualTimeProvider();
        var bus = new MemoryDeliveryBus(NullLoggerFactory.Instance);
        Directory = new(_stores.GetRequiredService<IUserDirectoryWriter>());
        Devices = new(_stores.GetRequiredService<IDevices>());
        ResumeTokens = new(_stores.GetRequiredService<IResumeTokens>());
        Presence = new(() => new MemoryPresence(stopped));
        Bus = new(bus);
        Deliveries = bus;
    }

    public FaultyDirectory Directory { get; }

    public FaultyDevices Devices { get; }

    public FaultyResumeTokens ResumeTokens { get; }

    public IConversationReader Conversations => _stores.GetRequiredService<IConversationReader>();

    public IGroupReader Groups => _stores.GetRequiredService<IGroupReader>();

    public IGroupIds GroupIds => _stores.GetRequiredService<IGroupIds>();

    public FaultyPresence Presence { get; }

    public FaultyBus Bus { get; }

    public IDeliveryReceiver Deliveries { get; }

    /// <summary>Adds an account with <see cref="Password"/>, derived as cheaply as it can be.</summary>
    public async Task<UserProfile> AddUserAsync(string name, string nick = "", uint status = 0)
    {
        var user = new NewUser(name, Credential(Password), nick, Domain: name, Status: status);
        return await Directory.AddAsync(user, TestContext.Current.CancellationToken)
            ?? throw new InvalidOperationException($"The name {name} is taken.");
    }

    /// <summary>Changes a password; the stored credential changes even if the password is the same.</summary>
    public ValueTask SetPasswordAsync(UserId user, string password) =>
        Directory.SetCredentialAsync(user, Credential(password), TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _stores.DisposeAsync();
        System.IO.Directory.Delete(_folder, recursive: true);
    }

    private static string Credential(string password) =>
        PasswordRecord.Create(PasswordRecord.ClientText(password), iterations: 1).ToString();
}
