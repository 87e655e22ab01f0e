using BrokerIm.Core.Values;
using StackExchange.Redis;

namespace BrokerIm.Adapters.Production.Redis;

/// <summary>The few things that must be looked at and done in one step. Each touches one key, so a Redis cluster runs them too.</summary>
internal static class RedisScripts
{
    // A process that had the lease and finds another there has been replaced; it must not take it back.
    private const string TakeLease =
        """
        local holder = redis.call('get', KEYS[1])
        if not (holder and holder ~= ARGV[1] and ARGV[3] == '1') then
          redis.call('set', KEYS[1], ARGV[1], 'px', ARGV[2])
        end
        return {holder or '', redis.call('info', 'server')}
        """;

    private const string GiveUpLease = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0";

    private const string SweepField =
        "if redis.call('hget', KEYS[1], ARGV[1]) == ARGV[2] then return redis.call('hdel', KEYS[1], ARGV[1]) end return 0";

    private const string RunIdLabel = "run_id:";

    /// <summary>Takes or prolongs a lease.</summary>
    /// <returns>The incarnation that held it before, null if none did, and the run id of the server.</returns>
    public static async Task<(string? Holder, string RunId)> RenewAsync(
        IDatabase database, RedisKey lease, GatewayAddress gateway, TimeSpan length, bool hadIt)
    {
        var answer = (RedisResult[])await database.ScriptEvaluateAsync(
            TakeLease, [lease], [PresenceKeys.Incarnation(gateway), (long)length.TotalMilliseconds, hadIt ? "1" : "0"]);
        var holder = (string)answer[0];
        var runId = ((string)answer[1]).Split('\n').First(line => line.StartsWith(RunIdLabel, StringComparison.Ordinal));
        return (holder.Length == 0 ? null : holder, runId[RunIdLabel.Length..].Trim());
    }

    /// <summary>Gives a lease up, unless somebody else has it.</summary>
    public static async Task<bool> RetireAsync(IDatabase database, RedisKey lease, GatewayAddress gateway) =>
        (int)await database.ScriptEvaluateAsync(GiveUpLease, [lease], [PresenceKeys.Incarnation(gateway)]) == 1;

    /// <summary>Removes a field, unless it was announced again meanwhile. Does not wait.</summary>
    public static void Sweep(IDatabase database, RedisKey user, string field, RedisValue value) =>
        database.ScriptEvaluate(SweepField, [user], [field, value], CommandFlags.FireAndForget);
}
