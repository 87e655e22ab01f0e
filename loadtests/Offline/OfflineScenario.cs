using System.Diagnostics;
using BrokerIm.LoadTests.Measuring;
using BrokerIm.LoadTests.Running;
using BrokerIm.LoadTests.Talk;
using BrokerIm.LoadTests.Users;
using BrokerIm.LoadTests.Verifying;

namespace BrokerIm.LoadTests.Offline;

/// <summary>
/// Users come back to a backlog: while they were away others wrote to them, and now each logs in, asks what is unread and reads it
/// page by page. Every message that was acknowledged must be there, once and in its place.
/// </summary>
/// <param name="options">What to do.</param>
/// <param name="accounts">Two per backlog: a writer, then the one he writes to.</param>
internal sealed class OfflineScenario(OfflineOptions options, IReadOnlyList<LoadUser> accounts) : IScenario
{
    private const int LoginsAtOnce = 32;
    private const int WriterWindow = 64;
    private static readonly TimeSpan s_writerPatience = TimeSpan.FromMinutes(5);

    private readonly TalkRun _run = new(new(new LoadSimulation.ClosedLoop(WriterWindow), WriterWindow, options.MessageBytes));
    private readonly DrainMeters _meters = new(new());
    private Backlog[] _backlogs = [];

    public string Name => "offline";

    public IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>
    {
        ["target"] = $"{options.Target}",
        ["receivers"] = $"{options.Receivers}",
        ["messages each"] = $"{options.Messages}",
        ["page"] = $"{options.PageSize}",
        ["load"] = $"{new LoadSimulation.KeepConstant(options.AtOnce)}",
        ["message bytes"] = $"{options.MessageBytes}",
    };

    public IReadOnlyList<Step> Steps => [_meters.Message, _meters.Page, _meters.User];

    public MeasuredWindow Window => _meters.Window;

    public WireMeter Wire => _run.Wire;

    public async Task PrepareAsync(TextWriter progress, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var backlogs = new Backlog[options.Receivers];
        var limit = new ParallelOptions { MaxDegreeOfParallelism = LoginsAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, backlogs.Length, limit, async (index, stop) =>
            backlogs[index] = await WriteAsync(accounts[2 * index], accounts[(2 * index) + 1], stop));
        _backlogs = backlogs;
        await progress.WriteLineAsync(
            $"{backlogs.Sum(static one => one.Writer.Ledger.Acked.Count):N0} messages wait after {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s");
    }

    public async Task DriveAsync(CancellationToken stop)
    {
        var limit = new ParallelOptions { MaxDegreeOfParallelism = options.AtOnce, CancellationToken = stop };
        try
        {
            await Parallel.ForEachAsync(_backlogs, limit, async (backlog, _) =>
                await backlog.DrainAsync(options, _run, _meters, CancellationToken.None));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Time is up; backlogs that nobody came for are not judged.
        }
    }

    public void Beat()
    {
        // Nobody is idle.
    }

    public Task SettleAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Verdict Judge()
    {
        Backlog[] drained = [.. _backlogs.Where(static one => one.IsDrained)];
        return Conversation.Judge([.. drained.Select(static one => new Conversation([one.Writer, one.Reader]))]) with
        {
            // Whoever has read everything leaves.
            Disconnected = 0,
        };
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var backlog in _backlogs)
            await backlog.Writer.DisposeAsync();
    }

    private async Task<Backlog> WriteAsync(LoadUser from, LoadUser to, CancellationToken cancellationToken)
    {
        // The reader's id is not in the users file, so he has to come once to tell it.
        var (visit, reader) = await TeamTalkConnection.LogInAsync(options.Target, to, options.ClientType, Wire, cancellationToken);
        await visit.DisposeAsync();

        var (connection, login) = await TeamTalkConnection.LogInAsync(options.Target, from, options.ClientType, Wire, cancellationToken);
        _run.TellServerTime(login.HasServerTimeMs ? (long)login.ServerTimeMs : login.ServerTime * 1_000L);
        _run.IsSending = true;
        var writer = new Talker(_run, senders: 1, sender: 0) { Limit = options.Messages };
        writer.Attach(connection);
        connection.Listener = writer;
        connection.Peer = reader.UserInfo.UserId;
        writer.Ledger.BaseId = await connection.LatestIdAsync(connection.Peer, cancellationToken);

        writer.Begin();
        var started = Stopwatch.GetTimestamp();
        while (!writer.IsDone)
        {
            if (writer.IsGone || Stopwatch.GetElapsedTime(started) > s_writerPatience)
                throw new InvalidOperationException($"{from.Name} could not write all of the backlog.");
            await Task.Delay(TimeSpan.FromMilliseconds(5), cancellationToken);
        }

        return new(to, connection.Self, writer, new(_run, senders: 1, sender: -1) { Ledger = { BaseId = writer.Ledger.BaseId } });
    }
}
