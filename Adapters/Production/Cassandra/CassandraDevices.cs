using System.Collections.Concurrent;
using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using Microsoft.Extensions.Options;

namespace BrokerIm.Adapters.Production.Cassandra;

/// <summary>Push tokens and night shields in Cassandra.</summary>
/// <remarks>
/// An account has its tokens, and a token has its owner in a table of its own. The owner decides: a token in an account counts while
/// the owner is that account and client type. A bind takes the owner first, so however binds cross, and wherever one breaks off,
/// nobody but the last owner is woken. What others still have of it does no harm, and an owner whose account has another token by
/// now neither; so nothing has to be cleaned up, which could hit a bind that has just come.
/// </remarks>
internal sealed class CassandraDevices(ICassandraSession session, IOptions<CassandraOptions> options) : IDevices
{
    private const int KeysPerStatement = 64;

    private readonly int _atOnce = options.Value.ConcurrentReads;

    public async ValueTask<bool?> GetPushShieldAsync(UserId user, CancellationToken cancellationToken) =>
        (await FindAsync(user, cancellationToken))?.IsShielded;

    public async ValueTask<bool> SetPushShieldAsync(UserId user, bool isOn, CancellationToken cancellationToken)
    {
        if (await FindAsync(user, cancellationToken) is not { } row)
            return false;
        return row.IsShielded == isOn
            || (await session.ReadAsync(DeviceStatements.SetShield, (user, isOn, row.Adder), cancellationToken))[0];
    }

    public async ValueTask<bool> BindAsync(UserId user, ClientType client, string token, CancellationToken cancellationToken)
    {
        DeviceToken.ThrowIfImpossible(client, token);
        if (await FindAsync(user, cancellationToken) is not { } row)
            return false;

        // A phone says its token at every login, so mostly both are as they should be.
        await OwnAsync(token, new(user, client), cancellationToken);
        return row.TokenOf(client) == token || await SetTokenAsync(row, client, token, cancellationToken);
    }

    public async ValueTask RemoveAsync(UserId user, ClientType client, CancellationToken cancellationToken)
    {
        if (await FindAsync(user, cancellationToken) is { } row && row.TokenOf(client).Length > 0)
            await SetTokenAsync(row, client, "", cancellationToken);
    }

    public async ValueTask<IReadOnlyList<PushDevice>> ReadDevicesAsync(
        IReadOnlyList<UserId> users, CancellationToken cancellationToken)
    {
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = _atOnce, CancellationToken = cancellationToken };
        var claimed = new ConcurrentBag<PushDevice>();
        var questions = users.Select(static user => (int)user.Value).Distinct().Chunk(KeysPerStatement);
        await Parallel.ForEachAsync(questions, parallel, async (question, token) =>
        {
            foreach (var row in await session.ReadAsync(DeviceStatements.Devices, question, token))
            {
                foreach (var device in DevicesOf(row))
                    claimed.Add(device);
            }
        });

        var owned = new ConcurrentBag<PushDevice>();
        await Parallel.ForEachAsync(claimed, parallel, async (device, token) =>
        {
            var owner = await session.ReadAsync(DeviceStatements.FindOwner, device.Token, token);
            if (owner.Count > 0 && owner[0] == new TokenOwner(device.User, device.Client))
                owned.Add(device);
        });
        return [.. owned];
    }

    private static IEnumerable<PushDevice> DevicesOf(DeviceRow row) => new[] { ClientType.Ios, ClientType.Android }
        .Select(client => new PushDevice(row.User, client, row.TokenOf(client), row.IsShielded))
        .Where(device => device.Token.Length > 0);

    private async ValueTask<DeviceRow?> FindAsync(UserId user, CancellationToken cancellationToken)
    {
        var rows = await session.ReadAsync(DeviceStatements.Devices, [(int)user.Value], cancellationToken);
        return rows.Count == 0 ? null : rows[0];
    }

    private async ValueTask<bool> SetTokenAsync(DeviceRow row, ClientType client, string token, CancellationToken cancellationToken)
    {
        var statement = client == ClientType.Android ? DeviceStatements.SetAndroidToken : DeviceStatements.SetIosToken;
        return (await session.ReadAsync(statement, (row.User, token, row.Adder), cancellationToken))[0];
    }

    private async ValueTask OwnAsync(string token, TokenOwner owner, CancellationToken cancellationToken)
    {
        while (true)
        {
            var found = await session.ReadAsync(DeviceStatements.FindOwner, token, cancellationToken);
            if (found.Count > 0 && found[0] == owner)
                return;

            var taken = found.Count == 0
                ? await session.ReadAsync(DeviceStatements.FirstOwner, (token, owner), cancellationToken)
                : await session.ReadAsync(DeviceStatements.NextOwner, (token, found[0], owner), cancellationToken);
            if (taken[0])
                return;
        }
    }
}
