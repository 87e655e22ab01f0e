using System.Net;
using BrokerIm.LoadTests.Chat;
using BrokerIm.LoadTests.Measuring;
using BrokerIm.LoadTests.Running;
using BrokerIm.LoadTests.Talk;
using BrokerIm.LoadTests.Users;
using ClientType = BrokerIm.Contracts.Wire.ClientType;

namespace BrokerIm.LoadTests.Rivals.Null;

/// <summary>The null case, <see cref="NullServer"/> in a process of its own: not a rival, but what rivals and BrokerIm are worth.</summary>
internal sealed class NullRival : IRival
{
    /// <summary>What it is called.</summary>
    public const string OwnName = "null";

    private readonly RivalProcess _process;
    private readonly IPEndPoint _server;
    private readonly string _data;
    private readonly IReadOnlyList<LoadUser> _accounts;

    private NullRival(RivalProcess process, IPEndPoint server, string data, IReadOnlyList<LoadUser> accounts) =>
        (_process, _server, _data, _accounts) = (process, server, data, accounts);

    public string Name => OwnName;

    public WatchedProcess Process => new(_process.Id, Name);

    public bool IsOurs => true;

    /// <summary>Starts this program again, as the server.</summary>
    /// <param name="users">Users file.</param>
    /// <param name="accounts">Those of its users who talk.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidOperationException">It does not start.</exception>
    public static async Task<IRival> StartAsync(FileInfo users, IReadOnlyList<LoadUser> accounts, CancellationToken cancellationToken)
    {
        var data = Directory.CreateDirectory(Path.Combine(KitFolder.Path, "rivals", $"data-{Guid.NewGuid():n}")).FullName;
        var server = new IPEndPoint(IPAddress.Loopback, RivalProcess.FreePort());

        // Threads that find nothing to do sleep at once, as those of the server do; it is set in the project there.
        var environment = new Dictionary<string, string> { ["DOTNET_ThreadPool_UnfairSemaphoreSpinLimit"] = "0" };
        string[] command = [.. OwnProgram.Command, NullServerCommand.Name, "--port", $"{server.Port}", "--users", users.FullName];
        var process = await RivalProcess.StartAsync(Path.Combine(data, "log"), server, environment, command, cancellationToken);
        return new NullRival(process, server, data, accounts);
    }

    public TalkScenario Chat(int pairs, TalkOptions talk) => new ChatScenario(new(_server, pairs, ClientType.Windows, talk), _accounts);

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        Directory.Delete(_data, recursive: true);
    }
}
