using BrokerIm.Client;
using BrokerIm.Contracts.Wire;
using BrokerIm.Faults.Beds;
using BrokerIm.Faults.History;

namespace BrokerIm.Faults.Workload;

/// <summary>Users who talk in pairs and groups, on devices that write down everything.</summary>
internal sealed class Crowd : IAsyncDisposable
{
    private static readonly TimeSpan s_tick = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(200);

    private readonly Bed _bed;
    private readonly CrowdOptions _options;
    private readonly Random _random;
    private readonly RunClock _clock = new();
    private readonly HistoryFile _phases;
    private readonly string _folder;
    private readonly List<Device> _talking = [];
    private readonly List<Device> _listening = [];
    private readonly List<Task> _doing = [];
    private readonly CancellationTokenSource _stopTalking = new();
    private Device? _guest;
    private Device? _host;
    private uint _guestGroup;
    private bool _guestIsIn;
    private Task _changing = Task.CompletedTask;
    private Task _talk = Task.CompletedTask;

    private Crowd(Bed bed, string folder, CrowdOptions options, int seed)
    {
        (_bed, _folder, _options, _random) = (bed, folder, options, new(seed));
        _phases = new(folder, PhaseBegan.Run);
    }

    private IEnumerable<Device> Members => _talking.Concat(_listening);

    /// <summary>Makes users, connects their devices and makes their groups.</summary>
    /// <param name="bed">Where they connect.</param>
    /// <param name="folder">For the histories; there already, and empty.</param>
    /// <param name="options">Who they are.</param>
    /// <param name="seed">Decides who says what to whom.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<Crowd> GatherAsync(
        Bed bed, string folder, CrowdOptions options, int seed, CancellationToken cancellationToken)
    {
        var crowd = new Crowd(bed, folder, options, seed);
        try
        {
            await crowd.ConnectAsync(cancellationToken);
            await crowd.AcquaintAsync(cancellationToken);
            return crowd;
        }
        catch
        {
            await crowd.DisposeAsync();
            throw;
        }
    }

    /// <summary>Writes down that a phase begins.</summary>
    public void Enter(Phase phase) => _phases.Add(new PhaseBegan(_clock.Now, PhaseBegan.Run, phase));

    /// <summary>They talk from now on.</summary>
    public void Talk() => _talk = TalkAsync(_stopTalking.Token);

    /// <summary>They stop talking, and wait for what they have said.</summary>
    /// <returns>Whether every message had an outcome in time.</returns>
    public async Task<bool> StopTalkingAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        await _stopTalking.CancelAsync();
        await _talk;
        _doing.AddRange(_talking.Select(device => device.SayFarewellAsync(_random)));
        return await UntilAsync(() => Task.FromResult(_doing.TrueForAll(static doing => doing.IsCompleted)), patience, cancellationToken);
    }

    /// <summary>Waits until everybody has everything.</summary>
    /// <returns>Whether that came about in time.</returns>
    public Task<bool> SettleAsync(TimeSpan patience, CancellationToken cancellationToken) => UntilAsync(
        async () =>
        {
            var heads = new Dictionary<string, uint?>();
            foreach (var device in _talking)
            {
                foreach (var conversation in device.Conversations.Where(one => !heads.ContainsKey(one)))
                    heads.Add(conversation, await device.HeadAsync(conversation, cancellationToken));
            }

            return Members.All(device => device.Conversations.All(
                conversation => heads[conversation] is { } head && device.Holds(conversation, head)));
        },
        patience,
        cancellationToken);

    /// <summary>Everybody reads everything once more, and what is unread.</summary>
    public async Task ReadAllAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAll(_talking.Select(async device =>
        {
            foreach (var conversation in device.Conversations)
                await device.ReadAsync(conversation, 1, cancellationToken);
        }));
        await Task.WhenAll(_talking.Select(device => device.ShowUnreadAsync(cancellationToken)));
    }

    public async ValueTask DisposeAsync()
    {
        await _stopTalking.CancelAsync();
        await _talk;
        await Task.WhenAll(Members.Concat(_guest is null ? [] : [_guest]).Select(static device => device.DisposeAsync().AsTask()));
        await Task.WhenAll(_doing);
        await _phases.DisposeAsync();
        _stopTalking.Dispose();
    }

    private async Task ConnectAsync(CancellationToken cancellationToken)
    {
        var names = await _bed.AddUsersAsync((_options.Pairs * 2) + 1, cancellationToken);
        _talking.AddRange(names.SkipLast(1).Select(name => NewDevice(name, ClientType.Windows, isRaw: false)));
        _listening.AddRange(names.Take(_options.Listeners).Select(name => NewDevice(name, ClientType.Android, isRaw: true)));
        _guest = NewDevice(names[^1], ClientType.Windows, isRaw: false);
        await Task.WhenAll(Members.Append(_guest).Select(device => device.StartAsync(cancellationToken)));
    }

    private async Task AcquaintAsync(CancellationToken cancellationToken)
    {
        foreach (var pair in _talking.Chunk(2))
            Join(ConversationKey.OfPair(pair[0].User, pair[1].User), pair, other => pair.Single(one => one.User != other).User);

        foreach (var size in _options.Groups)
        {
            var members = _talking.OrderBy(_ => _random.Next()).Take(size).ToList();
            var group = await members[0].MakeGroupAsync([.. members.Skip(1).Select(static device => device.User)], cancellationToken);
            Join(ConversationKey.OfGroup(group), members, _ => Peer.Group(group));
            (_guestGroup, _host) = (group, members[0]);
        }
    }

    private void Join(string conversation, IReadOnlyList<Device> members, Func<uint, Peer> peerOf)
    {
        foreach (var device in Members.Where(device => members.Any(member => member.User == device.User)))
            device.Join(conversation, peerOf(device.User));
    }

    private Device NewDevice(string user, ClientType type, bool isRaw)
    {
        var name = $"{user}-{(isRaw ? "phone" : "pc")}";
        return new(name, _clock, new(_folder, name), new()
        {
            Host = "127.0.0.1",
            Port = _bed.Front.Port,
            Name = user,
            Password = Bed.Password,
            ClientType = type,
            RawEvents = isRaw,
            AutoReconnect = !isRaw,
            AckTimeout = TimeSpan.FromSeconds(2),
            SendAttempts = 1_000,
            ReconnectMinDelay = TimeSpan.FromMilliseconds(50),
            ReconnectMaxDelay = TimeSpan.FromSeconds(1),
            RequestTimeout = TimeSpan.FromSeconds(30),
            HeartbeatInterval = TimeSpan.FromSeconds(5),
            DeadAfter = TimeSpan.FromSeconds(20),
            EventCapacity = 100_000,
        });
    }

    // Message k is due at k / rate, whether or not the server keeps up; only the number of those without an answer is bounded.
    private async Task TalkAsync(CancellationToken stop)
    {
        var began = _clock.Now;
        var said = 0L;
        try
        {
            while (true)
            {
                for (; said < (_clock.Now - began) / 1e6 * _options.Rate; said++)
                    DoSomething(said);
                _doing.RemoveAll(static doing => doing.IsCompletedSuccessfully);
                await Task.Delay(s_tick, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Enough.
        }
    }

    private void DoSomething(long number)
    {
        var device = _talking[_random.Next(_talking.Count)];
        var conversation = device.Conversations[_random.Next(device.Conversations.Count)];
        if (device.Outstanding < _options.MaxOutstanding)
            _doing.Add(device.SayAsync(conversation, _random.NextDouble() < _options.SentAgain, _random));
        if (_random.NextDouble() < _options.Cuts)
            _bed.Front.ResetOne(_random.Next());
        if (number % 10 == 0)
            _doing.Add(device.MarkAsync(conversation));
        if (number % 25 == 0)
            _doing.Add(device.ShowUnreadAsync(CancellationToken.None));
        if (number % 200 == 199 && _changing.IsCompleted)
            _doing.Add(_changing = ChangeGuestAsync());
    }

    // The group's maker alone may change it; one change at a time, so that their order is known.
    private async Task ChangeGuestAsync()
    {
        _guestIsIn = !_guestIsIn;
        await _host!.ChangeMemberAsync(_guestGroup, _guest!.User, _guestIsIn);
    }

    private static async Task<bool> UntilAsync(Func<Task<bool>> condition, TimeSpan patience, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(patience);
        try
        {
            while (!await condition())
                await Task.Delay(s_look, deadline.Token);
            return true;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}
