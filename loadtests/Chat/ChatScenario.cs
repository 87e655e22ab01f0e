using BrokerIm.LoadTests.Talk;
using BrokerIm.LoadTests.Users;

namespace BrokerIm.LoadTests.Chat;

/// <summary>Pairs of users talk to each other, both at once.</summary>
/// <param name="options">What to do.</param>
/// <param name="accounts">At least two per pair; neighbours talk to each other.</param>
internal sealed class ChatScenario(ChatOptions options, IReadOnlyList<LoadUser> accounts) : TalkScenario(options.Talk)
{
    public override string Name => "chat";

    public override IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>
    {
        ["target"] = $"{options.Target}",
        ["pairs"] = $"{options.Pairs}",
        ["load"] = $"{options.Talk.Load}",
        ["window"] = $"{options.Talk.Window}",
        ["message bytes"] = $"{options.Talk.MessageBytes}",
        ["client"] = $"{options.ClientType}",
    };

    protected override async Task<IReadOnlyList<Conversation>> MeetAsync(CancellationToken cancellationToken)
    {
        int[] numbers = [.. Enumerable.Range(0, options.Pairs * 2)];
        var users = await ForEachAsync(numbers, (index, stop) => LogInAsync(accounts[index], index % 2, stop), cancellationToken);
        await ForEachAsync(numbers, async (index, stop) =>
        {
            var (talker, connection) = users[index];
            connection.Peer = users[index ^ 1].Connection.Self;
            return talker.Ledger.BaseId = await connection.LatestIdAsync(connection.Peer, stop);
        }, cancellationToken);
        return [.. users.Select(static user => user.Talker).Chunk(2).Select(static pair => new Conversation(pair))];
    }

    private async Task<(Talker Talker, TeamTalkConnection Connection)> LogInAsync(
        LoadUser account, int sender, CancellationToken cancellationToken)
    {
        var (connection, login) = await TeamTalkConnection.LogInAsync(
            options.Target, account, options.ClientType, Run.Wire, cancellationToken);
        Run.TellServerTime(login.HasServerTimeMs ? (long)login.ServerTimeMs : login.ServerTime * 1_000L);
        var talker = new Talker(Run, senders: 2, sender);
        talker.Attach(connection);
        connection.Listener = talker;
        return (talker, connection);
    }
}
