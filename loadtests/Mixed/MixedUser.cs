using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using BrokerIm.Client;
using BrokerIm.LoadTests.Users;

namespace BrokerIm.LoadTests.Mixed;

/// <summary>
/// Somebody at his desk: logs in, loads what a Windows client loads, talks, reads, loses his connection and comes back, and writes
/// down what he sees.
/// </summary>
internal sealed class MixedUser : IAsyncDisposable
{
    private const int StatusBatch = 300;

    // Nobody looks at every message the moment it comes.
    private const uint ReadEvery = 4;
    private static readonly TimeSpan s_loginPatience = TimeSpan.FromMinutes(5);

    private readonly MixedMeters _meters;
    private readonly EndPoint _target;
    private readonly LoadUser _account;
    private readonly Guid _device = Guid.NewGuid();
    private readonly SemaphoreSlim _desk = new(1);
    private readonly ConcurrentDictionary<(Peer Peer, uint Id), bool> _known = new();
    private readonly Dictionary<Peer, uint> _last = [];
    private ReadOnlyMemory<byte> _token;
    private ImClient? _client;
    private Task _listening = Task.CompletedTask;
    private long _disorders;
    private long _repeats;

    private MixedUser(EndPoint target, LoadUser account, MixedMeters meters) => (_target, _account, _meters) = (target, account, meters);

    public uint Id => _client!.Self.UserId;

    /// <summary>Group he is in, once there is one.</summary>
    public uint Group { get; set; }

    /// <summary>Messages he knows of: pushed to him, or read after he came back.</summary>
    public long KnownCount => _known.Count;

    /// <summary>Messages that were pushed to him more than once.</summary>
    public long Repeats => Volatile.Read(ref _repeats);

    /// <summary>Messages that came after a later one of their conversation.</summary>
    public long Disorders => Volatile.Read(ref _disorders);

    /// <summary>Whether he knows of a message.</summary>
    public bool Knows(Peer peer, uint id) => _known.ContainsKey((peer, id));

    /// <summary>Logs in.</summary>
    public static async Task<MixedUser> LogInAsync(
        EndPoint target, LoadUser account, MixedMeters meters, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var user = new MixedUser(target, account, meters);
        await user.SitDownAsync(cancellationToken);
        meters.LoggedIn.Done(started, Stopwatch.GetTimestamp());
        return user;
    }

    /// <summary>Asks for what a Windows client asks for after its login (protocol chapter 01 section 5.5).</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var client = _client!;
        await client.GetDepartmentsAsync(cancellationToken);
        var users = await client.GetAllUsersAsync(default, cancellationToken);
        await client.GetGroupsAsync(cancellationToken);
        await client.GetRecentSessionsAsync(default, cancellationToken);
        await client.GetUnreadAsync(cancellationToken);
        await client.GetStatusAsync(users.Users.Take(StatusBatch).Select(static user => user.UserId), cancellationToken);
        _meters.Loaded.Done(started, Stopwatch.GetTimestamp());
    }

    /// <summary>What was said to him before today is not today's concern.</summary>
    public async Task ForgetPastAsync(Peer peer, CancellationToken cancellationToken)
    {
        var latest = await _client!.GetLatestIdAsync(peer, cancellationToken);
        lock (_last)
            _last[peer] = latest;
    }

    /// <summary>Makes a group with others.</summary>
    public async Task<uint> MakeGroupAsync(string name, IEnumerable<uint> members, CancellationToken cancellationToken) =>
        (await _client!.CreateGroupAsync(name, members, "", cancellationToken)).Group;

    /// <summary>Loads what is known of his group.</summary>
    public async Task<int> CountMembersAsync(CancellationToken cancellationToken) =>
        (await _client!.GetGroupInfoAsync(Group, cancellationToken))?.GroupMemberList.Count ?? 0;

    /// <summary>Says something; the id it was stored under.</summary>
    public async Task<uint> SayAsync(Peer to, string text, long due, CancellationToken cancellationToken)
    {
        await _desk.WaitAsync(cancellationToken);
        try
        {
            var sent = await _client!.SendTextAsync(to, text, cancellationToken);
            _meters.Acked.Done(due, Stopwatch.GetTimestamp());
            return sent.MessageId;
        }
        finally
        {
            _desk.Release();
        }
    }

    /// <summary>Loses his connection, comes back with the token he was given, and reads what he missed.</summary>
    public async Task ReturnAsync(CancellationToken cancellationToken)
    {
        await _desk.WaitAsync(cancellationToken);
        try
        {
            var started = Stopwatch.GetTimestamp();
            await LeaveAsync();

            // Before he is back: the first message that is pushed to him then may be later than those he missed.
            (Peer, uint)[] seenUntil;
            lock (_last)
                seenUntil = [.. _last.Select(static one => (one.Key, one.Value))];
            await SitDownAsync(cancellationToken);
            await ReadMissedAsync(seenUntil, cancellationToken);
            _meters.Returned.Done(started, Stopwatch.GetTimestamp());
        }
        finally
        {
            _desk.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await LeaveAsync();
        _desk.Dispose();
    }

    // As clients do: a busy or slow server is asked again, a wrong password is not.
    private static bool IsWorthAnotherTry(Exception exception) =>
        exception is ImException and not LoginRefusedException { IsTransient: false } or SocketException or IOException;

    private async Task SitDownAsync(CancellationToken cancellationToken)
    {
        var (host, port) = _target switch
        {
            IPEndPoint address => (address.Address.ToString(), address.Port),
            DnsEndPoint name => (name.Host, name.Port),
            _ => throw new InvalidOperationException($"{_target} is no address."),
        };
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                _client = await ImClient.ConnectAsync(
                    new()
                    {
                        Host = host,
                        Port = port,
                        Name = _account.Name,
                        Password = _account.Password,
                        DeviceId = _device,
                        ResumeToken = _token,
                        ResumeTokenChanged = token => _token = token,
                        RequestTimeout = TimeSpan.FromMinutes(2),
                        EventCapacity = 65_536,
                    },
                    cancellationToken);
                _listening = ListenAsync(_client);
                return;
            }
            catch (Exception exception) when (IsWorthAnotherTry(exception) && Stopwatch.GetElapsedTime(started) < s_loginPatience)
            {
                await Task.Delay(TimeSpan.FromSeconds(1 + (2 * Random.Shared.NextDouble())), cancellationToken);
            }
        }
    }

    private async Task LeaveAsync()
    {
        if (_client is not null)
            await _client.DisposeAsync();
        await _listening;
    }

    private async Task ReadMissedAsync((Peer Peer, uint Since)[] conversations, CancellationToken cancellationToken)
    {
        foreach (var (peer, since) in conversations)
        {
            var latest = await _client!.GetLatestIdAsync(peer, cancellationToken);
            if (latest <= since)
                continue;
            foreach (var message in await _client.GetHistoryAsync(peer, latest, (int)(latest - since), cancellationToken))
            {
                if (message.From != Id && message.Id > since)
                    _known.TryAdd((peer, message.Id), false);
            }
        }
    }

    private async Task ListenAsync(ImClient client)
    {
        var pushed = new HashSet<(Peer, uint)>();
        await foreach (var happened in client.EventsAsync(CancellationToken.None))
        {
            if (happened is not MessageReceived { Message: var message })
                continue;

            if (!pushed.Add((message.Peer, message.Id)))
                Interlocked.Increment(ref _repeats);
            _known.TryAdd((message.Peer, message.Id), true);
            lock (_last)
            {
                if (message.Id <= _last.GetValueOrDefault(message.Peer))
                    Interlocked.Increment(ref _disorders);
                _last[message.Peer] = message.Id;
            }

            if (message.Id % ReadEvery == 0)
                await client.MarkReadAsync(message.Peer, message.Id);
        }
    }
}
