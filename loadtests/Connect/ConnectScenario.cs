using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using BrokerIm.Contracts.Wire;
using BrokerIm.LoadTests.Measuring;
using BrokerIm.LoadTests.Running;
using BrokerIm.LoadTests.Talk;
using BrokerIm.LoadTests.Users;
using BrokerIm.LoadTests.Verifying;
using Google.Protobuf;

namespace BrokerIm.LoadTests.Connect;

/// <summary>What the connect scenario does.</summary>
/// <param name="Target">The server.</param>
/// <param name="Load">A number of users at once, or a rate.</param>
/// <param name="WithTokens">Whether they show the resume token of their last login, as the SDK does, instead of their password.</param>
/// <param name="ClientType">What the connections pass for.</param>
internal sealed record ConnectOptions(EndPoint Target, LoadSimulation Load, bool WithTokens, ClientType ClientType);

/// <summary>
/// A storm of logins: users connect, log in, leave and come back, for as long as it lasts. Each must be let in, and as the user he is.
/// </summary>
/// <param name="options">What to do.</param>
/// <param name="accounts">Users; one logs in at one place at a time.</param>
internal sealed class ConnectScenario(ConnectOptions options, IReadOnlyList<LoadUser> accounts) : IScenario
{
    private const int FirstLoginsAtOnce = 32;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly Step _login = new("connect and log in", new());
    private readonly ConcurrentQueue<Arrival> _away = new();
    private readonly ConcurrentBag<Task> _storm = [];
    private readonly ConcurrentDictionary<string, long> _refusals = new();
    private long _unanswered;
    private long _mistaken;

    public string Name => "connect";

    public IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>
    {
        ["target"] = $"{options.Target}",
        ["users"] = $"{accounts.Count}",
        ["load"] = $"{options.Load}",
        ["with"] = options.WithTokens ? "resume tokens" : "passwords",
        ["client"] = $"{options.ClientType}",
    };

    public IReadOnlyList<Step> Steps => [_login];

    public MeasuredWindow Window => _login.Window;

    public WireMeter Wire { get; } = new();

    public async Task PrepareAsync(TextWriter progress, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var limit = new ParallelOptions { MaxDegreeOfParallelism = FirstLoginsAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(accounts, limit, async (account, stop) =>
        {
            var arrival = new Arrival(account, options);
            if (options.WithTokens && await arrival.LogInAsync(Wire, stop) is { ResultCode: not ResultType.Ok } refusal)
                throw new InvalidOperationException($"Login of {account.Name} refused: {refusal.ResultCode} {refusal.ResultString}");
            _away.Enqueue(arrival);
        });
        await progress.WriteLineAsync(
            $"{_away.Count} users {(options.WithTokens ? "have tokens" : "are ready")} after {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s");
    }

    public async Task DriveAsync(CancellationToken stop)
    {
        if (options.Load is IOpenLoop load)
        {
            // Nobody left to send means that the server holds them all up; then the next is late, and its latency says so.
            await Pacer.RunAsync(load, (_, due) => _storm.Add(Task.Run(() => ComeAsync(due, stop), CancellationToken.None)), stop);
        }
        else
        {
            for (var copy = 0; copy < ((LoadSimulation.KeepConstant)options.Load).Copies; copy++)
                _storm.Add(Task.Run(() => ComeAndGoAsync(stop), CancellationToken.None));
        }

        await Task.WhenAll(_storm);
    }

    public void Beat()
    {
        // Nobody stays.
    }

    public Task SettleAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Verdict Judge() => new()
    {
        Checked = _login.Count,
        Unanswered = Volatile.Read(ref _unanswered),
        Refused = _refusals.Values.Sum(),
        RefusedAs = string.Join(", ", _refusals.Keys),
        Strayed = Volatile.Read(ref _mistaken),
    };

    public ValueTask DisposeAsync() => default;

    private async Task ComeAndGoAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
            await ComeAsync(Stopwatch.GetTimestamp(), stop);
    }

    private async Task ComeAsync(long due, CancellationToken stop)
    {
        Arrival? arrival;
        while (!_away.TryDequeue(out arrival))
        {
            if (stop.IsCancellationRequested)
                return;
            await Task.Delay(TimeSpan.FromMilliseconds(1), CancellationToken.None);
        }

        try
        {
            // Who has begun gets an answer even though the storm is over.
            using var patience = new CancellationTokenSource(s_patience);
            var known = arrival.UserId;
            var reply = await arrival.LogInAsync(Wire, patience.Token);
            if (reply.ResultCode != ResultType.Ok)
                _refusals.AddOrUpdate($"{reply.ResultCode}", 1, static (_, count) => count + 1);
            else if (known != 0 && known != arrival.UserId)
                Interlocked.Increment(ref _mistaken);
            else
                _login.Done(due, Stopwatch.GetTimestamp());
        }
        catch (Exception exception) when (exception is InvalidOperationException or OperationCanceledException)
        {
            Interlocked.Increment(ref _unanswered);
        }

        _away.Enqueue(arrival);
    }

    /// <summary>A user who comes and goes.</summary>
    private sealed class Arrival(LoadUser account, ConnectOptions options)
    {
        private readonly ByteString _device = ByteString.CopyFrom(Guid.NewGuid().ToByteArray());
        private ByteString _token = ByteString.Empty;

        /// <summary>Who the server said this is; 0 before the first login.</summary>
        public uint UserId { get; private set; }

        /// <summary>Connects, logs in and leaves.</summary>
        public async Task<IMLoginRes> LogInAsync(WireMeter wire, CancellationToken cancellationToken)
        {
            var request = TeamTalkConnection.LoginOf(account, options.ClientType);
            if (options.WithTokens)
            {
                request.DeviceId = _device;
                if (!_token.IsEmpty)
                    (request.ResumeToken, request.Password) = (_token, "");
            }

            await using var connection = await TeamTalkConnection.ConnectAsync(options.Target, wire, abort: true, cancellationToken);
            var reply = await connection.LogInAsync(request, cancellationToken);
            if (reply.ResultCode == ResultType.Ok)
                (UserId, _token) = (reply.UserInfo.UserId, reply.ResumeToken);
            return reply;
        }
    }
}
