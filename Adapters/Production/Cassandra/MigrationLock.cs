using System.Globalization;

namespace BrokerIm.Adapters.Production.Cassandra;

/// <summary>Lets one migration of a keyspace run at a time. What a crashed one leaves behind ends by itself.</summary>
internal sealed class MigrationLock : IAsyncDisposable
{
    /// <summary>Long enough for any one statement, short enough to wait for after a crash.</summary>
    private const int LifetimeSeconds = 300;

    private const string Name = "migration";

    private static readonly CassandraRead<(string Holder, long Since), bool> s_take = new(
        "INSERT INTO schema_lock (name, holder, since) VALUES ('migration', ?, ?) IF NOT EXISTS USING TTL 300",
        static (mine, values) => values.Add(mine.Holder).Add(mine.Since),
        static row => row.Boolean(0));

    private static readonly CassandraRead<(string Holder, long Since), bool> s_renew = new(
        "UPDATE schema_lock USING TTL 300 SET holder = ?, since = ? WHERE name = 'migration' IF holder = ?",
        static (mine, values) => values.Add(mine.Holder).Add(mine.Since).Add(mine.Holder),
        static row => row.Boolean(0));

    private static readonly CassandraRead<string, bool> s_release = new(
        "DELETE FROM schema_lock WHERE name = 'migration' IF holder = ?",
        static (holder, values) => values.Add(holder),
        static row => row.Boolean(0));

    private static readonly CassandraRead<None, (string Holder, long Since)> s_look = new(
        "SELECT holder, since FROM schema_lock WHERE name = 'migration'", None.Bind, static row => (row.Text(0), row.Int64(1)));

    private readonly ICassandraSession _session;
    private readonly string _holder;
    private readonly long _since;

    private MigrationLock(ICassandraSession session, string holder, long since) =>
        (_session, _holder, _since) = (session, holder, since);

    /// <summary>Takes the lock.</summary>
    /// <exception cref="MigrationRefusedException">Somebody else has it.</exception>
    public static async ValueTask<MigrationLock> TakeAsync(
        ICassandraSession session, string keyspace, TimeProvider time, CancellationToken cancellationToken)
    {
        await session.RunAsync("CREATE TABLE IF NOT EXISTS schema_lock (name text PRIMARY KEY, holder text, since bigint)", cancellationToken);
        var holder = $"{Environment.MachineName}, process {Environment.ProcessId}, {Guid.NewGuid():n}";
        var since = time.GetUtcNow().ToUnixTimeSeconds();
        while (true)
        {
            var taken = await session.ReadAsync(s_take, (holder, since), cancellationToken);
            var found = taken[0] ? [] : await session.ReadAsync(s_look, default, cancellationToken);
            if (taken[0] || (found.Count > 0 && found[0].Holder == holder))
                return new(session, holder, since);

            if (found.Count > 0)
                throw new MigrationRefusedException(Refusal(keyspace, found[0].Holder, found[0].Since));
        }
    }

    /// <summary>Keeps the lock for another while.</summary>
    /// <exception cref="MigrationRefusedException">It was lost: we were silent for too long.</exception>
    public async ValueTask RenewAsync(CancellationToken cancellationToken)
    {
        var renewed = await _session.ReadAsync(s_renew, (_holder, _since), cancellationToken);
        if (!renewed[0])
        {
            throw new MigrationRefusedException(
                $"The {Name} lock was lost after {LifetimeSeconds} s without progress; run it again.");
        }
    }

    public async ValueTask DisposeAsync() => await _session.ReadAsync(s_release, _holder, CancellationToken.None);

    private static string Refusal(string keyspace, string holder, long since) => string.Create(
        CultureInfo.InvariantCulture,
        $"Another migration of keyspace {keyspace} is under way, by {holder}, since {DateTimeOffset.FromUnixTimeSeconds(since):u}. "
        + $"If it has crashed, its lock ends within {LifetimeSeconds} s.");
}

/// <summary>The migration must not be done, and the message says why. Nothing was changed, or what was changed is whole.</summary>
public sealed class MigrationRefusedException(string message, Exception? cause = null) : Exception(message, cause);
