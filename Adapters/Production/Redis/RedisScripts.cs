using BrokerIm.Core.Values;
using StackExchange.Redis;

namespace BrokerIm.Adapters.Production.Redis;

/// <summary>The few things that must be looked at and done in one step. Each touches one key, so a Redis cluster runs them too.</summary>
internal static class RedisScripts
{
    // A process that had the lease and finds another there has been replaced; it must not take it back. A lease that is still there
    // keeps its number, so that whoever takes one without hearing of it (the answer was lost) learns of it by the next answer.
    private const string TakeLease =
        """
        local held = redis.call('get', KEYS[1])
        local mine = held and string.sub(held, 1, #ARGV[1]) == ARGV[1]
        if mine then
          redis.call('pexpire', KEYS[1], ARGV[2])
        elseif not (held and ARGV[3] == '1') then
          held = ARGV[1] .. ':' .. ARGV[4]
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
    /// <param name="hadIt">Whether it had it before; then it does not take it from another.</param>
    /// <param name="number">Written into a lease that is taken, not into one that is prolonged.</param>
    /// <returns>The lease that is there now, <see cref="PresenceKeys.Incarnation"/> and number, and the run id of the server.</returns>
    public static async Task<(string Lease, string RunId)> RenewAsync(
        IDatabase database, RedisKey lease, GatewayAddress gateway, TimeSpan length, bool hadIt, long number)
    {
        var answer = (RedisResult[])await database.ScriptEvaluateAsync(
            TakeLease,
            [lease],
            [PresenceKeys.Incarnation(gateway), (long)length.TotalMilliseconds, hadIt ? "1" : "0", number]);
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
