using BrokerIm.Core.Values;
using StackExchange.Redis;

namespace BrokerIm.Adapters.Production.Redis;

/// <summary>The few things that must be looked at and done in one step. Each touches one key, so a Redis cluster runs them too.</summary>
internal static class RedisScripts
{
    // Of two incarnations the larger, which was started later, has it; so neither a process that was replaced takes it back nor the
    // last words of a dead one that come late. A lease that is still there keeps its number: whoever took one without hearing of it
    // (the answer was lost) learns of it by the next answer.
    private const string TakeLease =
        """
        local held = redis.call('get', KEYS[1])
        local holder = held and string.sub(held, 1, #ARGV[1])
        if holder == ARGV[1] then
          redis.call('pexpire', KEYS[1], ARGV[2])
        elseif not holder or holder < ARGV[1] then
          held = ARGV[1] .. ':' .. ARGV[3]
          redis.call('set', KEYS[1], held, 'px', ARGV[2])
        end
        return {held, redis.call('info', 'server')}
        """;

    private const string GiveUpLease =
        """
        local held = redis.call('get', KEYS[1])
        if held and string.sub(held, 1, #ARGV[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end
        return 0
        """;

    private const string SweepField =
        "if redis.call('hget', KEYS[1], ARGV[1]) == ARGV[2] then return redis.call('hdel', KEYS[1], ARGV[1]) end return 0";

    private const string RunIdLabel = "run_id:";

    /// <summary>Takes or prolongs a lease.</summary>
    /// <param name="database">Where.</param>
    /// <param name="lease">Its key.</param>
    /// <param name="gateway">Who wants it.</param>
    /// <param name="length">For how long.</param>
    /// <param name="number">Written into a lease that is taken, not into one that is prolonged.</param>
    /// <returns>The lease that is there now, <see cref="PresenceKeys.Incarnation"/> and number, and the run id of the server.</returns>
    public static async Task<(string Lease, string RunId)> RenewAsync(
        IDatabase database, RedisKey lease, GatewayAddress gateway, TimeSpan length, long number)
    {
        var answer = (RedisResult[])await database.ScriptEvaluateAsync(
            TakeLease, [lease], [PresenceKeys.Incarnation(gateway), (long)length.TotalMilliseconds, number]);
        var runId = ((string)answer[1]).Split('\n').First(line => line.StartsWith(RunIdLabel, StringComparison.Ordinal));
        return ((string)answer[0], runId[RunIdLabel.Length..].Trim());
    }

    /// <summary>Gives a lease up, unless somebody else has it.</summary>
    public static async Task<bool> RetireAsync(IDatabase database, RedisKey lease, GatewayAddress gateway) =>
        (int)await database.ScriptEvaluateAsync(GiveUpLease, [lease], [PresenceKeys.Incarnation(gateway)]) == 1;

    /// <summary>Removes a field, unless it was announced again meanwhile. Does not wait.</summary>
    public static void Sweep(IDatabase database, RedisKey user, string field, RedisValue value) =>
        database.ScriptEvaluate(SweepField, [user], [field, value], CommandFlags.FireAndForget);
}
