using BrokerIm.Adapters.Embedded.Sqlite;
using BrokerIm.Core.Ports;
using BrokerIm.Tests.Conformance;
using BrokerIm.Tests.Support;

namespace BrokerIm.Tests.Unit.Embedded;

public sealed class SqliteWriterTests : IDisposable
{
    private const string Count = "SELECT count(*) FROM read_mark";

    private readonly SqliteFolder _folder = new();
    private readonly OpenSqlite _sqlite;
    private readonly ManualResetEventSlim _gate = new();

    public SqliteWriterTests() => _sqlite = _folder.Open(options => options.BusyTimeout = TimeSpan.FromMilliseconds(50));

    private SqliteWriter Writer => _sqlite.Writer;

    public void Dispose()
    {
        _gate.Set();
        _sqlite.Dispose();
        _folder.Dispose();
        _gate.Dispose();
    }

    [Fact]
    public async Task Jobs_that_wait_together_share_a_transaction_in_their_order()
    {
        var held = await HoldAsync();
        List<Probe> probes = [.. Enumerable.Range(0, 50).Select(i => new Probe(_sqlite.Database, i))];
        var running = probes.Select(probe => Writer.RunAsync(probe, Deadline.Token)).ToList();
        _gate.Set();
        await held;
        await Task.WhenAll(running);

        Assert.All(probes, probe => Assert.Equal(0, probe.CommittedBefore));
        Assert.All(probes, probe => Assert.Equal(50, probe.CommittedWhenTold));
        Assert.Equal(Enumerable.Range(0, 50), probes.Select(probe => (int)probe.RowsBefore));
    }

    [Fact]
    public async Task Failing_job_is_taken_back_whole_and_the_others_stay()
    {
        var held = await HoldAsync();
        var before = Writer.RunAsync(Insert(1), Deadline.Token);
        var failing = Writer.RunAsync(
            session =>
            {
                Insert(2)(session);
                Insert(3)(session);
                Insert(2)(session);
            },
            Deadline.Token);
        var broken = Writer.RunAsync(_ => throw new InvalidTimeZoneException(), Deadline.Token);
        var after = Writer.RunAsync(Insert(4), Deadline.Token);
        _gate.Set();

        await held;
        await before;
        await after;
        await Assert.ThrowsAsync<SqliteErrorException>(() => failing);
        await Assert.ThrowsAsync<InvalidTimeZoneException>(() => broken);
        Assert.Equal(5, await _sqlite.QueryAsync("SELECT sum(user_conversation) FROM read_mark"));
    }

    [Fact]
    public async Task Job_says_committed_once_though_it_ran_twice()
    {
        var held = await HoldAsync();
        var probe = new Probe(_sqlite.Database, 1);
        var running = Writer.RunAsync(probe, Deadline.Token);
        var failing = Writer.RunAsync(_ => throw new InvalidTimeZoneException(), Deadline.Token);
        _gate.Set();

        await held;
        await running;
        await Assert.ThrowsAsync<InvalidTimeZoneException>(() => failing);
        Assert.Equal((2, 1), (probe.Runs, probe.Commits));
        Assert.Equal(1, await _sqlite.QueryAsync(Count));
    }

    [Fact]
    public async Task Locked_database_is_told_as_unavailable_and_writing_goes_on_afterwards()
    {
        using (var other = _sqlite.Database.OpenForWriting())
        {
            other.Execute("BEGIN IMMEDIATE");
            await Assert.ThrowsAsync<DependencyUnavailableException>(() => Writer.RunAsync(Insert(1), Deadline.Token));
        }

        await Writer.RunAsync(Insert(1), Deadline.Token);
        Assert.Equal(1, await _sqlite.QueryAsync(Count));
    }

    [Fact]
    public async Task Full_database_is_told_as_unavailable_and_writing_goes_on_afterwards()
    {
        // The limit belongs to the session, and a failed commit brings a new session.
        await Writer.RunAsync(session => session.QueryInt64("PRAGMA max_page_count = 1"), Deadline.Token);
        await Assert.ThrowsAsync<DependencyUnavailableException>(() => Writer.RunAsync(
            session => session.Prepare("INSERT INTO outbound (record) VALUES (zeroblob(1000000))").Execute(), Deadline.Token));

        await Writer.RunAsync(Insert(1), Deadline.Token);
        Assert.Equal(1, await _sqlite.QueryAsync(Count));
        Assert.Equal(0, await _sqlite.QueryAsync("SELECT count(*) FROM outbound"));
    }

    [Fact]
    public async Task Withdrawn_job_never_runs()
    {
        var held = await HoldAsync();
        using var withdrawal = new CancellationTokenSource();
        var withdrawn = Writer.RunAsync(Insert(1), withdrawal.Token);
        await withdrawal.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => withdrawn);
        _gate.Set();

        await held;
        Assert.Equal(0, await _sqlite.QueryAsync(Count));
    }

    [Fact]
    public async Task Job_that_has_begun_is_awaited_though_its_caller_gives_up()
    {
        using var withdrawal = new CancellationTokenSource();
        var began = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var running = Writer.RunAsync(
            session =>
            {
                began.SetResult();
                _gate.Wait();
                Insert(1)(session);
            },
            withdrawal.Token);
        await began.Task.WaitAsync(Deadline.Token);
        await withdrawal.CancelAsync();
        Assert.False(running.IsCompleted);
        _gate.Set();

        await running;
        Assert.Equal(1, await _sqlite.QueryAsync(Count));
    }

    [Fact]
    public async Task Lazy_job_rides_with_the_next_one()
    {
        var held = await HoldAsync();
        var (lazy, urgent) = (new Probe(_sqlite.Database, 1), new Probe(_sqlite.Database, 2));
        Writer.RunLazily(lazy);
        var running = Writer.RunAsync(urgent, Deadline.Token);
        _gate.Set();

        await held;
        await running;
        await lazy.Done.WaitAsync(Deadline.Token);
        Assert.Equal((0, 0), (lazy.CommittedBefore, lazy.RowsBefore));
        Assert.Equal((0, 1), (urgent.CommittedBefore, urgent.RowsBefore));
    }

    [Fact]
    public async Task Lazy_job_runs_alone_when_nobody_else_comes()
    {
        var lazy = new Probe(_sqlite.Database, 1);
        Writer.RunLazily(lazy);
        await lazy.Done.WaitAsync(Deadline.Token);
        Assert.Equal(1, await _sqlite.QueryAsync(Count));
    }

    [Fact]
    public async Task Full_queue_makes_callers_wait()
    {
        using var narrow = _folder.Open(options => options.WriteQueue = 2);
        var held = await HoldAsync(narrow.Writer);
        List<Probe> probes = [.. Enumerable.Range(0, 10).Select(i => new Probe(narrow.Database, i))];
        var running = probes.Select(probe => narrow.Writer.RunAsync(probe, Deadline.Token)).ToList();
        _gate.Set();
        await held;
        await Task.WhenAll(running);

        // Two may wait, so two at most share a transaction.
        Assert.All(probes.GroupBy(probe => probe.CommittedBefore), group => Assert.InRange(group.Count(), 1, 2));
        Assert.Equal(10, await narrow.QueryAsync(Count));
    }

    [Fact]
    public async Task Disposing_finishes_what_waits_and_refuses_what_comes()
    {
        var held = await HoldAsync();
        var running = Enumerable.Range(0, 20).Select(i => Writer.RunAsync(Insert(i), Deadline.Token)).ToList();
        var lazy = new Probe(_sqlite.Database, 100);
        Writer.RunLazily(lazy);
        var disposing = Task.Run(Writer.Dispose, Deadline.Token);
        _gate.Set();

        await disposing.WaitAsync(Deadline.Token);
        await held;
        await Task.WhenAll(running);
        Assert.True(lazy.Done.IsCompletedSuccessfully);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => Writer.RunAsync(Insert(50), Deadline.Token));

        using var reopened = _folder.Open();
        Assert.Equal(21, await reopened.QueryAsync(Count));
    }

    [Fact]
    public async Task Write_ahead_log_is_moved_into_the_database_and_used_again()
    {
        using var small = _folder.Open(options => options.CheckpointPages = 100);

        // Forty commits of about 25 pages: without checkpoints the log would hold 1,000 of them.
        await WriteLargeAsync(small, 40);
        Assert.InRange(WriteAheadLogPages(small), 1, 300);
        Assert.Equal(40, await small.QueryAsync("SELECT count(*) FROM outbound"));
    }

    [Fact]
    public async Task Reader_that_stays_holds_no_writer_up()
    {
        using var small = _folder.Open(options =>
        {
            options.CheckpointPages = 100;
            options.BusyTimeout = TimeSpan.FromMinutes(1);
        });
        using (var reader = small.Database.OpenForReading())
        {
            reader.Execute("BEGIN");
            Assert.Equal(0, reader.QueryInt64("SELECT count(*) FROM outbound"));
            await WriteLargeAsync(small, 20);
            Assert.Equal(0, reader.QueryInt64("SELECT count(*) FROM outbound"));
        }

        await WriteLargeAsync(small, 60);
        Assert.InRange(WriteAheadLogPages(small), 1, 1_000);
        Assert.Equal(80, await small.QueryAsync("SELECT count(*) FROM outbound"));
    }

    private static long WriteAheadLogPages(OpenSqlite sqlite) => new FileInfo(sqlite.Database.Path + "-wal").Length / 8_192;

    private static async Task WriteLargeAsync(OpenSqlite sqlite, int count)
    {
        for (var i = 0; i < count; i++)
        {
            await sqlite.Writer.RunAsync(
                session => session.Prepare("INSERT INTO outbound (record) VALUES (zeroblob(200000))").Execute(), Deadline.Token);
        }
    }

    private static Action<SqliteSession> Insert(long key) => session =>
        session.Prepare("INSERT INTO read_mark (user_conversation, message_id) VALUES (?1, 1)").Bind(1, key).Execute();

    /// <summary>Keeps the writer busy until the gate opens, so that what is given to it meanwhile becomes one group.</summary>
    /// <returns>Once the writer is busy: the job that keeps it so.</returns>
    private async Task<Task> HoldAsync(SqliteWriter? writer = null)
    {
        var began = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var held = (writer ?? Writer).RunAsync(
            _ =>
            {
                began.SetResult();
                _gate.Wait();
            },
            Deadline.Token);
        await began.Task.WaitAsync(Deadline.Token);
        return held;
    }

    /// <summary>Notes with whom it ran: others see no row of a transaction before its end, so they see as many for each of its jobs.</summary>
    private sealed class Probe(SqliteDatabase database, long key) : WriteJob
    {
        public long CommittedBefore { get; private set; }

        public long RowsBefore { get; private set; }

        public long CommittedWhenTold { get; private set; }

        public int Runs { get; private set; }

        public int Commits { get; private set; }

        public override void Run(SqliteSession session)
        {
            using var other = database.OpenForReading();
            CommittedBefore = other.QueryInt64(Count);
            RowsBefore = session.QueryInt64(Count);
            Insert(key)(session);
            Runs++;
        }

        public override void OnCommitted()
        {
            using var other = database.OpenForReading();
            CommittedWhenTold = other.QueryInt64(Count);
            Commits++;
        }
    }
}
