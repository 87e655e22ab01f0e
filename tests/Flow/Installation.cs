using System.Text.Json;
using BrokerIm.Client;
using BrokerIm.Contracts.Wire;

namespace BrokerIm.Tests.Flow;

/// <summary>A running BrokerIm with users of its own, whatever it is made of.</summary>
public abstract class Installation : IAsyncLifetime
{
    /// <summary>Collection of tests that each need a good part of the machine: together they would only wait for each other.</summary>
    public const string OneAtATime = "installations";

    private const string Password = "secret";
    private readonly string _folder = Directory.CreateTempSubdirectory("brokerim-flow-").FullName;
    private readonly Dictionary<string, Member> _members = [];
    private Discovery? _discovery;
    private int _users;

    /// <summary>
    /// Processes that make up the installation, in the order of their start: each a role, with a number behind a dash where there are
    /// several of it.
    /// </summary>
    public abstract IReadOnlyList<string> Members { get; }

    /// <summary>Settings of this kind of installation.</summary>
    protected abstract IEnumerable<(string Key, string Value)> Settings();

    /// <summary>Settings of the store alone, for an operator's commands.</summary>
    protected abstract IEnumerable<(string Key, string Value)> StoreSettings();

    /// <summary>Folder for what the installation keeps in files; gone at the end.</summary>
    protected string Folder => _folder;

    /// <summary>Skips or fails the test where the services it is made of are not there.</summary>
    public virtual void Require()
    {
    }

    /// <summary>Whether <see cref="Require"/> lets tests pass.</summary>
    protected virtual bool IsAvailable => true;

    /// <summary>What must exist before the processes start.</summary>
    protected virtual Task PrepareAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async ValueTask InitializeAsync()
    {
        if (!IsAvailable)
            return;

        await PrepareAsync(CancellationToken.None);
        foreach (var member in Members)
            await StartAsync(member, CancellationToken.None);
        _discovery = await Discovery.StartAsync(() => [.. Members.Where(TakesClients).Select(PortOf)]);
    }

    /// <summary>Where clients connect to a process that takes them.</summary>
    public int PortOf(string member) => Of(member).ClientPort;

    /// <summary>Processes that clients connect to.</summary>
    public IReadOnlyList<string> Fronts => [.. Members.Where(TakesClients)];

    /// <summary>Starts a process that does not run; one that is not a member joins for good.</summary>
    public async Task StartAsync(string member, CancellationToken cancellationToken)
    {
        if (!_members.TryGetValue(member, out var place))
            _members[member] = place = new(BrokerImProcess.FreePort(), BrokerImProcess.FreePort());

        var settings = Settings().Concat(
        [
            ("Gateway:Id", member),
            ("Gateway:Port", $"{place.ClientPort}"),
            ("Gateway:HttpPort", "0"),
            ("Gateway:MessagesPerSecond", "0"),
            ("Admin:Address", $"127.0.0.1:{place.AdminPort}"),
        ]);
        place.Process = await BrokerImProcess.StartRoleAsync(
            [member.Split('-')[0], .. Arguments(settings)], place.AdminPort, cancellationToken);
    }

    /// <summary><c>kill -9</c>.</summary>
    public async Task KillAsync(string member)
    {
        await Running(member).KillAsync();
        await Running(member).DisposeAsync();
    }

    /// <summary>SIGTERM; the exit code.</summary>
    public async Task<int> StopAsync(string member)
    {
        var exitCode = await Running(member).StopAsync();
        await Running(member).DisposeAsync();
        return exitCode;
    }

    /// <summary>What a process's <c>/metrics</c> says.</summary>
    public async Task<string> MetricsAsync(string member, CancellationToken cancellationToken)
    {
        using var http = new HttpClient();
        return await http.GetStringAsync($"http://127.0.0.1:{Of(member).AdminPort}/metrics", cancellationToken);
    }

    /// <summary>Adds users as an operator would; their names are new.</summary>
    public async Task<string[]> AddUsersAsync(int count, CancellationToken cancellationToken)
    {
        string[] names = [.. Enumerable.Range(0, count).Select(_ => $"user{Interlocked.Increment(ref _users):d4}")];
        var file = Path.Combine(_folder, $"{names[0]}.json");
        await File.WriteAllTextAsync(
            file, JsonSerializer.Serialize(names.Select(name => new { name, password = Password })), cancellationToken);
        await RunAsync(["users", "import", file, "--password-iterations", "10"], StoreSettings(), cancellationToken);
        return names;
    }

    /// <summary>Options of a client that does not give up. It asks anew where to connect each time, or always goes to one front.</summary>
    public ImClientOptions OptionsOf(string name, ClientType type = ClientType.Windows, string? front = null) => new()
    {
        Discovery = front is null ? _discovery!.Address : null,
        Host = "127.0.0.1",
        Port = front is null ? 1 : PortOf(front),
        Name = name,
        Password = Password,
        ClientType = type,
        AckTimeout = TimeSpan.FromSeconds(2),
        SendAttempts = 1_000,
        ReconnectMinDelay = TimeSpan.FromMilliseconds(50),
        ReconnectMaxDelay = TimeSpan.FromSeconds(1),
        RequestTimeout = TimeSpan.FromSeconds(30),
        ConnectTimeout = TimeSpan.FromSeconds(30),
        LoginTimeout = TimeSpan.FromSeconds(30),
        EventCapacity = 100_000,
    };

    /// <summary>A logged-in client.</summary>
    public Task<ImClient> ConnectAsync(
        string name, CancellationToken cancellationToken, ClientType type = ClientType.Windows, string? front = null) =>
        ImClient.ConnectAsync(OptionsOf(name, type, front), cancellationToken);

    /// <summary>Runs an operator's command with all settings of the installation; it must succeed.</summary>
    public Task OperateAsync(IEnumerable<string> command, CancellationToken cancellationToken) => RunAsync(command, Settings(), cancellationToken);

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_discovery is not null)
            await _discovery.DisposeAsync();
        foreach (var member in _members.Values)
        {
            if (member.Process is not null)
                await member.Process.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Runs an operator's command on the installation, which must succeed.</summary>
    protected static async Task RunAsync(
        IEnumerable<string> command, IEnumerable<(string Key, string Value)> settings, CancellationToken cancellationToken)
    {
        var (exitCode, output) = await BrokerImProcess.RunAsync([.. command, .. Arguments(settings)], cancellationToken);
        Assert.True(exitCode == 0, output);
    }

    private static IEnumerable<string> Arguments(IEnumerable<(string Key, string Value)> settings) =>
        settings.SelectMany(setting => new[] { "--set", $"{setting.Key}={setting.Value}" });

    private static bool TakesClients(string member) =>
        member.StartsWith("gateway", StringComparison.Ordinal) || member.StartsWith("embedded", StringComparison.Ordinal);

    private Member Of(string member) =>
        _members.TryGetValue(member, out var known) ? known : throw new ArgumentException($"{member} was never started.", nameof(member));

    private BrokerImProcess Running(string member) =>
        Of(member).Process ?? throw new InvalidOperationException($"{member} does not run.");

    private sealed class Member(int clientPort, int adminPort)
    {
        public int ClientPort => clientPort;

        public int AdminPort => adminPort;

        public BrokerImProcess? Process { get; set; }
    }
}
