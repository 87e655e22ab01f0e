using System.Text.Json;
using BrokerIm.Faults.Processes;
using BrokerIm.Faults.Proxy;

namespace BrokerIm.Faults.Beds;

/// <summary>A running BrokerIm that may be broken: its processes, the services under it, and a proxy on every link.</summary>
internal abstract class Bed(string folder) : IAsyncDisposable
{
    /// <summary>Password of every user; found in a log, it is a violation.</summary>
    public const string Password = "canary-password-5d0c";

    private int _users;

    /// <summary>Everything it writes.</summary>
    protected string Folder => folder;

    /// <summary>What a cell may name, with the processes that a kill, a pause or a restart of it hits.</summary>
    public abstract IReadOnlyList<string> Components { get; }

    /// <summary>Where clients connect.</summary>
    public abstract FaultProxy Front { get; }

    /// <summary>The server's processes.</summary>
    public abstract IReadOnlyList<RoleProcess> Roles { get; }

    /// <summary>Folders with logs of the server and of the services.</summary>
    public abstract IReadOnlyList<string> LogFolders { get; }

    /// <summary>Settings of the store alone, for an operator's commands.</summary>
    protected abstract IEnumerable<(string Key, string Value)> StoreSettings { get; }

    /// <summary>Starts everything.</summary>
    public abstract Task StartAsync(CancellationToken cancellationToken);

    /// <summary>The proxies on the links of a component.</summary>
    public abstract IReadOnlyList<FaultProxy> LinksOf(string component);

    /// <summary>Where a component has its data; null when it has none, or when this machine allows no small disks.</summary>
    public abstract SmallDisk? DiskOf(string component);

    /// <summary><c>kill -9</c>.</summary>
    public abstract Task KillAsync(string component, CancellationToken cancellationToken);

    /// <summary>Starts what was killed, on the data it had, and returns when it answers.</summary>
    public abstract Task ReviveAsync(string component, CancellationToken cancellationToken);

    /// <summary>Stops in good order and starts again; returns when it answers.</summary>
    public abstract Task RestartAsync(string component, CancellationToken cancellationToken);

    /// <summary>SIGSTOP and SIGCONT.</summary>
    public abstract Task SignalAsync(string component, string signal, CancellationToken cancellationToken);

    /// <summary>Forgets everything that is in Redis.</summary>
    public abstract Task WipeAsync(CancellationToken cancellationToken);

    /// <summary>Brings back whatever is not there any more.</summary>
    /// <returns>What had ended by itself.</returns>
    public abstract Task<IReadOnlyList<string>> MendAsync(CancellationToken cancellationToken);

    /// <summary>Adds users with new names.</summary>
    public async Task<IReadOnlyList<string>> AddUsersAsync(int count, CancellationToken cancellationToken)
    {
        string[] names = [.. Enumerable.Range(0, count).Select(_ => $"user{Interlocked.Increment(ref _users):d5}")];
        var file = Path.Combine(folder, "users.json");
        await File.WriteAllTextAsync(
            file, JsonSerializer.Serialize(names.Select(static name => new { name, password = Password })), cancellationToken);
        await ServerAsync(["users", "import", file, "--password-iterations", "10"], StoreSettings, cancellationToken);
        return names;
    }

    /// <summary>
    /// What the inbound log has below the committed offsets and the store has not, a finding each; null where the log keeps nothing to
    /// compare.
    /// </summary>
    public virtual Task<IReadOnlyList<string>?> FindMissingAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<string>?>(null);

    public abstract ValueTask DisposeAsync();

    /// <summary>Runs an operator's command.</summary>
    protected static Task ServerAsync(
        IEnumerable<string> command, IEnumerable<(string Key, string Value)> settings, CancellationToken cancellationToken) =>
        Commands.RunAsync("dotnet", [Repository.Server, .. command, .. Commands.Arguments(settings)], cancellationToken);

    /// <summary>Starts those roles that do not run.</summary>
    protected async Task<IReadOnlyList<string>> MendRolesAsync(CancellationToken cancellationToken)
    {
        var gone = Roles.Where(static role => !role.IsRunning).Select(static role => role.Name).ToList();
        await Task.WhenAll(Roles.Select(role => role.StartAsync(cancellationToken)));
        return gone;
    }

    /// <summary>A process of a role.</summary>
    protected RoleProcess NewRole(string name, IEnumerable<(string Key, string Value)> settings)
    {
        var admin = RoleProcess.FreePort();
        Directory.CreateDirectory(Path.Combine(folder, "roles"));
        return new(
            name,
            Path.Combine(folder, "roles"),
            [name.Split('-')[0], .. Commands.Arguments(settings), "--set", $"Admin:Address=127.0.0.1:{admin}"],
            admin);
    }
}
