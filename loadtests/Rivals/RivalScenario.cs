using BrokerIm.LoadTests.Talk;

namespace BrokerIm.LoadTests.Rivals;

/// <summary>What <c>chat</c> does, on a rival: the same loop, windows, clocks and ledgers over another protocol.</summary>
/// <param name="rival">The server.</param>
/// <param name="pairs">Pairs of users; both of a pair send.</param>
/// <param name="talk">How they talk.</param>
internal sealed class RivalScenario(Rival rival, int pairs, TalkOptions talk) : TalkScenario(talk)
{
    private readonly TalkOptions _talk = talk;

    public override string Name => "chat";

    public override IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>
    {
        ["pairs"] = $"{pairs}",
        ["load"] = $"{_talk.Load}",
        ["window"] = $"{_talk.Window}",
        ["message bytes"] = $"{_talk.MessageBytes}",
    };

    protected override async Task<IReadOnlyList<Conversation>> MeetAsync(CancellationToken cancellationToken)
    {
        // No ids to take a time from, but the salt of a run is made of it.
        Run.TellServerTime(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        var talkers = await ForEachAsync([.. Enumerable.Range(0, pairs * 2)], LogInAsync, cancellationToken);
        return [.. talkers.Chunk(2).Select(static pair => new Conversation(pair))];
    }

    private async Task<Talker> LogInAsync(int index, CancellationToken cancellationToken)
    {
        var talker = new Talker(Run, senders: 2, sender: index % 2);
        talker.Attach(await rival.ConnectAsync($"user{index}", $"user{index ^ 1}", talker, Run.Wire, cancellationToken));
        return talker;
    }
}
