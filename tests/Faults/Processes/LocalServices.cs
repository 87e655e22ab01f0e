using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace BrokerIm.Faults.Processes;

/// <summary>Kafka, ZooKeeper, Cassandra, RabbitMQ and Redis of a run's own, started by the scripts in <c>infra/local</c>.</summary>
internal sealed class LocalServices(string folder, int offset)
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> Names { get; } = ["kafka", "zookeeper", "cassandra", "rabbitmq", "redis"];

    // Where infra/local puts each, without an offset.
    private static readonly Dictionary<string, int> s_ports = new()
    {
        ["redis"] = 16_379, ["rabbitmq"] = 15_673, ["zookeeper"] = 12_181, ["kafka"] = 19_092, ["cassandra"] = 19_042,
    };

    // What infra/local takes beside those.
    private static readonly int[] s_furtherPorts = [25_673, 14_369, 17_042, 13_306];

    private readonly Dictionary<string, string> _environment = new()
    {
        ["BROKERIM_LOCAL_PORT_OFFSET"] = offset.ToString(CultureInfo.InvariantCulture),
    };

    /// <summary>Data, logs and pid files.</summary>
    public string Folder => folder;

    /// <summary>Their logs.</summary>
    public string LogFolder => Path.Combine(folder, "log");

    /// <summary>
    /// A number to add to the usual ports so that all of them are free: that of <c>BROKERIM_LOCAL_PORT_OFFSET</c> if it is set to one.
    /// </summary>
    public static int ChooseOffset()
    {
        if (int.TryParse(Environment.GetEnvironmentVariable("BROKERIM_LOCAL_PORT_OFFSET"), CultureInfo.InvariantCulture, out var given))
            return given;

        // Above those that infra/local itself tries.
        var free = Enumerable.Range(10, 10).Select(static hundred => hundred * 100)
            .Where(static offset => s_ports.Values.Concat(s_furtherPorts).All(port => IsFree(port + offset)));
        return free.FirstOrDefault(-1) is >= 0 and var found ? found : throw new InvalidOperationException("There are no free ports.");
    }

    /// <summary>Where a service listens.</summary>
    public int PortOf(string service) => s_ports[service] + offset;

    /// <summary>Tells Kafka to send its clients to one port, and to look for ZooKeeper on another.</summary>
    public void Redirect(int kafkaClientsTo, int kafkaTo)
    {
        _environment["BROKERIM_LOCAL_KAFKA_ADVERTISED_PORT"] = kafkaClientsTo.ToString(CultureInfo.InvariantCulture);
        _environment["BROKERIM_LOCAL_KAFKA_ZOOKEEPER_PORT"] = kafkaTo.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Starts what does not run, and returns when all of them answer.</summary>
    public Task UpAsync(CancellationToken cancellationToken) =>
        RunAsync(["up", "--only", string.Join(',', Names), folder], cancellationToken);

    /// <summary>Stops them; the data stays.</summary>
    public Task DownAsync() => RunAsync(["down", folder], CancellationToken.None);

    /// <summary>Stops a service, in good order or by SIGKILL, starts it on the same data, and returns when it answers.</summary>
    public Task RestartAsync(string service, bool kill, CancellationToken cancellationToken) =>
        RunAsync(kill ? ["restart", service, "--kill", folder] : ["restart", service, folder], cancellationToken);

    /// <summary>SIGSTOP and the like, for a service with its children.</summary>
    public Task SignalAsync(string service, string signal, CancellationToken cancellationToken) =>
        Commands.RunAsync("kill", [$"-{signal}", "--", $"-{PidOf(service)}"], cancellationToken);

    private string PidOf(string service) => File.ReadAllText(Path.Combine(folder, "run", $"{service}.pid")).Split(' ')[0];

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private Task<string> RunAsync(IReadOnlyList<string> command, CancellationToken cancellationToken) => Commands.RunAsync(
        Path.Combine(Repository.Root, "infra/local", command[0]), command.Skip(1), cancellationToken, _environment);
}
