using System.Net;
using BrokerIm.LoadTests.Measuring;
using BrokerIm.LoadTests.Running;
using BrokerIm.LoadTests.Talk;

namespace BrokerIm.LoadTests.Rivals;

/// <summary>The rivals there are: how each is configured and started, and which protocol it speaks.</summary>
internal sealed class Rival : IRival
{
    private const string Host = "localhost";

    private readonly RivalProcess _process;
    private readonly IPEndPoint _server;
    private readonly string _data;

    private Rival(string name, RivalProcess process, IPEndPoint server, string data) =>
        (Name, _process, _server, _data) = (name, process, server, data);

    /// <summary>What can be compared with.</summary>
    public static IReadOnlyList<string> Names { get; } = ["ejabberd", "prosody", "mosquitto"];

    public string Name { get; }

    public WatchedProcess Process => new(_process.Id, Name);

    public bool IsOurs => false;

    /// <summary>Fetches a rival when it is not there and starts it, on a free port and with empty data.</summary>
    /// <exception cref="InvalidOperationException">It cannot be had, or does not start.</exception>
    public static async Task<IRival> StartAsync(string name, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateDirectory(Path.Combine(KitFolder.Path, "rivals")).FullName;
        var usr = Path.Combine(await DebianPackage.UnpackAsync(name, folder, cancellationToken), "usr");
        var data = Directory.CreateDirectory(Path.Combine(folder, $"data-{Guid.NewGuid():n}")).FullName;
        var server = new IPEndPoint(IPAddress.Loopback, RivalProcess.FreePort());
        var libraries = Directory.EnumerateDirectories(Path.Combine(usr, "lib"), "*-linux-gnu*").FirstOrDefault() ?? Path.Combine(usr, "lib");
        var (environment, command) = name switch
        {
            "ejabberd" => Ejabberd(usr, libraries, data, server.Port),
            "prosody" => Prosody(usr, libraries, data, server.Port),
            "mosquitto" => Mosquitto(usr, libraries, data, server.Port),
            _ => throw new ArgumentException($"There is no rival '{name}'.", nameof(name)),
        };
        var process = await RivalProcess.StartAsync(Path.Combine(data, "log"), server, environment, command, cancellationToken);
        return new Rival(name, process, server, data);
    }

    public TalkScenario Chat(int pairs, TalkOptions talk) => new RivalScenario(this, pairs, talk with { HasIds = false });

    /// <summary>Logs a user in who talks to one other.</summary>
    /// <param name="user">Who.</param>
    /// <param name="partner">With whom.</param>
    /// <param name="listener">Told of acks and messages.</param>
    /// <param name="wire">Counts bytes.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidOperationException">The server refuses.</exception>
    public async Task<ITalkConnection> ConnectAsync(
        string user, string partner, ITalkListener listener, WireMeter wire, CancellationToken cancellationToken) =>
        Name == "mosquitto"
            ? await MqttConnection.ConnectAsync(_server, user, partner, listener, wire, cancellationToken)
            : await XmppConnection.ConnectAsync(_server, Host, user, partner, listener, wire, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        Directory.Delete(_data, recursive: true);
    }

    // Anybody may log in: what is compared are messages. Nothing is archived, for that is what a fresh installation does. Where a
    // server waits before it sends small segments (mosquitto and prosody do by default), it is told not to.
    private static (Dictionary<string, string>, string[]) Ejabberd(string usr, string libraries, string data, int port)
    {
        var settings = Path.Combine(data, "ejabberd.yml");
        File.WriteAllText(settings, $$"""
            hosts: [{{Host}}]
            loglevel: warning
            auth_method: [anonymous]
            anonymous_protocol: login_anon
            listen:
              - port: {{port}}
                ip: 127.0.0.1
                module: ejabberd_c2s
                shaper: none
            modules:
              mod_stream_mgmt:
                ack_timeout: 300
                max_ack_queue: infinity

            """);
        return (
            new()
            {
                ["EJABBERD_CONFIG_PATH"] = settings,
                ["EJABBERD_LOG_PATH"] = Path.Combine(data, "ejabberd.log"),
                ["ERL_LIBS"] = $"{usr}/lib/erlang/lib:{libraries}",
                ["ERL_CRASH_DUMP"] = "/dev/null",
                ["HOME"] = data,
                ["LD_LIBRARY_PATH"] = libraries,
                ["SPOOL_DIR"] = data,
            },
            ["erl", "-noinput", "+K", "true", "-mnesia", "dir", $"\"{data}\"", "-s", "ejabberd"]);
    }

    private static (Dictionary<string, string>, string[]) Prosody(string usr, string libraries, string data, int port)
    {
        var settings = Path.Combine(data, "prosody.cfg.lua");
        File.WriteAllText(settings, $$"""
            data_path = "{{data}}"
            certificates = "{{data}}"
            run_as_root = true
            modules_enabled = { "saslauth", "smacks" }
            modules_disabled = { "s2s", "offline", "tls", "limits" }
            authentication = "insecure"
            insecure_open_authentication = "Yes please, I know what I'm doing!"
            c2s_require_encryption = false
            allow_unencrypted_plain_auth = true
            c2s_interfaces = { "127.0.0.1" }
            c2s_ports = { {{port}} }
            s2s_ports = {}
            network_backend = "epoll"
            network_settings = { nagle = false }
            log = { warn = "*console" }
            VirtualHost "{{Host}}"

            """);

        // The program has its folders written into its first lines.
        var program = Path.Combine(data, "prosody.lua");
        File.WriteAllText(program, File.ReadAllText($"{usr}/bin/prosody").Replace("'/usr/lib/prosody", $"'{usr}/lib/prosody", StringComparison.Ordinal));
        return (
            new()
            {
                ["LUA_PATH"] = $"{usr}/share/lua/5.4/?.lua;{usr}/share/lua/5.4/?/init.lua",
                ["LUA_CPATH"] = $"{libraries}/lua/5.4/?.so",
                ["LD_LIBRARY_PATH"] = libraries,
            },
            [File.Exists($"{usr}/bin/lua5.4") ? $"{usr}/bin/lua5.4" : "lua5.4", program, "--config", settings, "-F"]);
    }

    private static (Dictionary<string, string>, string[]) Mosquitto(string usr, string libraries, string data, int port)
    {
        var settings = Path.Combine(data, "mosquitto.conf");
        File.WriteAllText(settings, $"""
            listener {port} 127.0.0.1
            allow_anonymous true
            user {Environment.UserName}
            persistence true
            persistence_location {data}/
            max_inflight_messages 0
            max_queued_messages 0
            set_tcp_nodelay true
            log_type error

            """);
        return (new() { ["LD_LIBRARY_PATH"] = libraries }, [$"{usr}/sbin/mosquitto", "-c", settings]);
    }
}
