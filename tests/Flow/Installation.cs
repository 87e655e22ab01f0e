using System.Text.Json;
using BrokerIm.Client;
using BrokerIm.Contracts.Wire;

namespace BrokerIm.Tests.Flow;

/// <summary>A running BrokerIm with users of its own, whatever it is made of.</summary>
public abstract class Installation : IAsyncLifetime
{
    private const string Password = "secret";
    private readonly string _folder = Directory.CreateTempSubdirectory("brokerim-flow-").FullName;
    private readonly Dictionary<string, (int AdminPort, BrokerImProcess? Process)> _roles = [];
    private int _users;

    /// <summary>Where clients connect.</summary>
    public int Port { get; } = BrokerImProcess.FreePort();

    /// <summary>Roles that make up the installation, in the order of their start.</summary>
    public abstract IReadOnlyList<string> Roles { get; }

    /// <summary>The role that clients are connected to.</summary>
    public string FrontRole => Roles[^1];

    /// <summary>Settings of this kind of installation.</summary>
    protected abstract IEnumerable<(string Key, string Value)> Settings();

    /// <summary>Skips or fails the test where the services it is made of are not there.</summary>
    public virtual void Require()
    {
    }

    /// <summary>Whether <see cref="Require"/> lets tests pass.</summary>
    protected virtual bool IsAvailable => true;

    /// <summary>What must exist before the roles start.</summary>
    protected virtual Task PrepareAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async ValueTask InitializeAsync()
    {
        if (!IsAvailable)
            return;

        await PrepareAsync(CancellationToken.None);
        foreach (var role in Roles)
            await StartAsync(role, CancellationToken.None);
    }

    /// <summary>Starts a role that does not run.</summary>
    public async Task StartAsync(string role, CancellationToken cancellationToken)
    {
        var adminPort = _roles.TryGetValue(role, out var known) ? known.AdminPort : BrokerImProcess.FreePort();
        List<string> arguments = [role, "--data", _folder];
        foreach (var (key, value) in Settings().Concat(
            [("Gateway:Port", $"{Port}"), ("Gateway:MessagesPerSecond", "0"), ("Admin:Address", $"127.0.0.1:{adminPort}")]))
            arguments.AddRange(["--set", $"{key}={value}"]);
        _roles[role] = (adminPort, await BrokerImProcess.StartRoleAsync(arguments, adminPort, cancellationToken));
    }

    /// <summary><c>kill -9</c>.</summary>
    public async Task KillAsync(string role)
    {
        await Process(role).KillAsync();
        await Process(role).DisposeAsync();
    }

    /// <summary>SIGTERM; the exit code.</summary>
    public async Task<int> StopAsync(string role)
    {
        var exitCode = await Process(role).StopAsync();
        await Process(role).DisposeAsync();
        return exitCode;
    }

    /// <summary>What a role's <c>/metrics</c> says.</summary>
    public async Task<string> MetricsAsync(string role, CancellationToken cancellationToken)
    {
        using var http = new HttpClient();
        return await http.GetStringAsync($"http://127.0.0.1:{_roles[role].AdminPort}/metrics", cancellationToken);
    }

    /// <summary>Adds users as an operator would; their names are new.</summary>
    public async Task<string[]> AddUsersAsync(int count, CancellationToken cancellationToken)
    {
        string[] names = [.. Enumerable.Range(0, count).Select(_ => $"user{Interlocked.Increment(ref _users):d4}")];
        var file = Path.Combine(_folder, $"{names[0]}.json");
        await File.WriteAllTextAsync(
            file, JsonSerializer.Serialize(names.Select(name => new { name, password = Password })), cancellationToken);
        var (exitCode, output) = await BrokerImProcess.RunAsync(
            ["users", "import", file, "--password-iterations", "10", "--data", _folder], cancellationToken);
        Assert.True(exitCode == 0, output);
        return names;
    }

    /// <summary>Options of a client that does not give up.</summary>
    public ImClientOptions OptionsOf(string name, ClientType type = ClientType.Windows) => new()
    {
        Host = "127.0.0.1",
        Port = Port,
        Name = name,
        Password = Password,
        ClientType = type,
        AckTimeout = TimeSpan.FromSeconds(2),
        SendAttempts = 1_000,
        ReconnectMinDelay = TimeSpan.FromMilliseconds(50),
        ReconnectMaxDelay = TimeSpan.FromSeconds(1),
        RequestTimeout = TimeSpan.FromSeconds(30),
        EventCapacity = 100_000,
    };

    /// <summary>A logged-in client.</summary>
    public Task<ImClient> ConnectAsync(
        string name, CancellationToken cancellationToken, ClientType type = ClientType.Windows) =>
        ImClient.ConnectAsync(OptionsOf(name, type), cancellationToken);

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        foreach (var (_, process) in _roles.Values)
        {
            if (process is not null)
                await process.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private BrokerImProcess Process(string role) =>
        _roles[role].Process ?? throw new InvalidOperationException($"{role} was not started.");
}
