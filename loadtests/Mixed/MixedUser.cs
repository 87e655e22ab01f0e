using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using BrokerIm.Client;
using BrokerIm.LoadTests.Users;

namespace BrokerIm.LoadTests.Mixed;

/// <summary>Somebody at his desk: logs in, loads what a Windows client loads, talks, and writes down what he sees.</summary>
internal sealed class MixedUser : IAsyncDisposable
{
    private const int StatusBatch = 300;
    private static readonly TimeSpan s_loginPatience = TimeSpan.FromMinutes(5);

    private readonly ImClient _client;
    private readonly MixedMeters _meters;
    private readonly Task _listening;
    private readonly ConcurrentDictionary<(Peer Peer, uint Id), int> _seen = new();
    private readonly Dictionary<Peer, uint> _last = [];
    private long _disorders;

    private MixedUser(ImClient client, MixedMeters meters)
    {
        (_client, _meters) = (client, meters);
        _listening = ListenAsync();
    }

    public uint Id => _client.Self.UserId;

    /// <summary>Group he is in, once there is one.</summary>
    public uint Group { get; set; }

    /// <summary>How often he saw each message.</summary>
    public IReadOnlyDictionary<(Peer Peer, uint Id), int> Seen => _seen;

    /// <summary>Messages that came after a later one of their conversation.</summary>
    public long Disorders => Volatile.Read(ref _disorders);

    /// <summary>Logs in.</summary>
    public static async Task<MixedUser> LogInAsync(
        EndPoint target, LoadUser account, MixedMeters meters, CancellationToken cancellationToken)
    {
        var (host, port) = target switch
        {
            IPEndPoint address => (address.Address.ToString(), address.Port),
            DnsEndPoint name => (name.Host, name.Port),
            _ => throw new ArgumentException($"{target} is no address.", nameof(target)),
        };
        var started = Stopwatch.GetTimestamp();
        var options = new ImClientOptions
        {
            Host = host,
            Port = port,
            Name = account.Name,
            Password = account.Password,
            RequestTimeout = TimeSpan.FromMinutes(2),
            EventCapacity = 65_536,
        };
        while (true)
        {
            try
            {
                var client = await ImClient.ConnectAsync(options, cancellationToken);
                meters.LoggedIn.Record(ElapsedNanoseconds(started));
                return new(client, meters);
            }
            catch (Exception exception) when (IsWorthAnotherTry(exception) && Stopwatch.GetElapsedTime(started) < s_loginPatience)
            {
                meters.LoginRetries.Add(1);
                await Task.Delay(TimeSpan.FromSeconds(1 + (2 * Random.Shared.NextDouble())), cancellationToken);
            }
        }
    }

    // As clients do: a busy or slow server is asked again, a wrong password is not.
    private static bool IsWorthAnotherTry(Exception exception) =>
        exception is ImException and not LoginRefusedException { IsTransient: false } or SocketException or IOException;

    /// <summary>Asks for what a Windows client asks for after its login (protocol chapter 01 section 5.5).</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        await _client.GetDepartmentsAsync(cancellationToken);
        var users = await _client.GetAllUsersAsync(default, cancellationToken);
        await _client.GetGroupsAsync(cancellationToken);
        await _client.GetRecentSessionsAsync(default, cancellationToken);
        await _client.GetUnreadAsync(cancellationToken);
        await _client.GetStatusAsync(users.Users.Take(StatusBatch).Select(static user => user.UserId), cancellationToken);
        _meters.Loaded.Record(ElapsedNanoseconds(started));
    }

    /// <summary>Makes a group with others.</summary>
    public async Task<uint> MakeGroupAsync(string name, IEnumerable<uint> members, CancellationToken cancellationToken) =>
        (await _client.CreateGroupAsync(name, members, "", cancellationToken)).Group;

    /// <summary>Loads what is known of his group.</summary>
    public async Task<int> CountMembersAsync(CancellationToken cancellationToken) =>
        (await _client.GetGroupInfoAsync(Group, cancellationToken))?.GroupMemberList.Count ?? 0;

    /// <summary>Says something; the id it was stored under.</summary>
    public async Task<uint> SayAsync(Peer to, string text, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var sent = await _client.SendTextAsync(to, text, cancellationToken);
        _meters.Acked.Record(ElapsedNanoseconds(started));
        return sent.MessageId;
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _listening;
    }

    private static long ElapsedNanoseconds(long started) => (long)Stopwatch.GetElapsedTime(started).TotalNanoseconds;

    private async Task ListenAsync()
    {
        await foreach (var happened in _client.EventsAsync(CancellationToken.None))
        {
            if (happened is not MessageReceived { Message: var message })
                continue;

            _seen.AddOrUpdate((message.Peer, message.Id), 1, static (_, times) => times + 1);
            if (message.Id <= _last.GetValueOrDefault(message.Peer))
                Interlocked.Increment(ref _disorders);
            _last[message.Peer] = message.Id;
        }
    }
}
