using BrokerIm.Faults.History;

namespace BrokerIm.Faults.Checking.Rules;

/// <summary>C1, C2, C4 and C7: what is stored is what was sent, all of it, once, and the same for everybody.</summary>
internal static class StorageRules
{
    public static IEnumerable<Violation> Durable(RecordedRun run)
    {
        foreach (var sending in run.Sent.All)
        {
            foreach (var ack in sending.Acks)
            {
                if (!run.Final.VersionsOf(ack.Conversation, ack.Id).Any(message => message.Cid == ack.Cid))
                    yield return new(Rule.Durable, $"{ack.Cid} was acknowledged and is not in the final history.", [sending.First, ack]);
            }
        }

        var acks = run.Events.OfType<SendAcked>().ToLookup(static ack => ack.Conversation);
        foreach (var page in run.Events.OfType<PageRead>())
        {
            // Who came later does not see what was before.
            if (!run.Members.IsStable(page.Conversation, run.UserOf(page.Device)))
                continue;

            var there = page.Messages.Select(static message => message.Id).ToHashSet();
            foreach (var ack in acks[page.Conversation])
            {
                if (ack.At < page.InvokedAt && ack.Id >= page.From && ack.Id <= page.To && !there.Contains(ack.Id))
                    yield return new(Rule.Durable, $"Message {ack.Id} was acknowledged before a page that lacks it was asked for.", [ack, page]);
            }
        }
    }

    public static IEnumerable<Violation> Once(RecordedRun run)
    {
        foreach (var sending in run.Sent.All)
        {
            if (sending.Acks.Select(static ack => ack.Id).Distinct().Count() > 1)
                yield return new(Rule.Once, $"{sending.First.Cid} was acknowledged under several ids.", [.. sending.Acks]);
        }

        foreach (var conversation in run.Final.Conversations)
        {
            foreach (var copies in run.Final.MessagesOf(conversation).GroupBy(static message => message.Cid))
            {
                var ids = copies.Select(static message => message.Id).Distinct().ToList();
                if (ids.Count > 1)
                    yield return new(Rule.Once, $"{conversation} has {copies.Key} as {string.Join(" and ", ids)}.", EventsOf(run, copies.Key));
            }
        }
    }

    public static IEnumerable<Violation> Agreed(RecordedRun run)
    {
        var first = new Dictionary<(string Conversation, uint Id), (string Cid, string Hash, HistoryEvent Event)>();
        foreach (var happened in run.Events)
        {
            foreach (var (conversation, id, cid, hash) in Shown(run, happened))
            {
                if (!first.TryAdd((conversation, id), (cid, hash, happened)) && first[(conversation, id)] is var before
                    && (before.Cid, before.Hash) != (cid, hash))
                    yield return new(Rule.Agreed, $"Message {id} of {conversation} is {before.Cid} and {cid}.", [before.Event, happened]);
            }
        }
    }

    public static IEnumerable<Violation> Honest(RecordedRun run)
    {
        foreach (var conversation in run.Final.Conversations)
        {
            foreach (var message in run.Final.MessagesOf(conversation))
            {
                if (run.Sent.Find(message.Cid) is not { } sending || sending.First.Conversation != conversation)
                    yield return new(Rule.Honest, $"Nobody sent message {message.Id} of {conversation} ({message.Cid}).", []);
                else if (sending is { Failures: [var failure, ..], Acks: [], Unknowns: [] })
                    yield return new(Rule.Honest, $"{message.Cid} was refused and is message {message.Id}.", [sending.First, failure]);
            }
        }
    }

    private static IEnumerable<(string Conversation, uint Id, string Cid, string Hash)> Shown(RecordedRun run, HistoryEvent happened) =>
        happened switch
        {
            Pushed push => [(push.Conversation, push.Id, push.Cid, push.Hash)],
            SendAcked ack when run.Sent.Find(ack.Cid) is { } sending => [(ack.Conversation, ack.Id, ack.Cid, sending.First.Hash)],
            PageRead page => page.Messages.Select(message => (page.Conversation, message.Id, message.Cid, message.Hash)),
            _ => [],
        };

    private static IReadOnlyList<HistoryEvent> EventsOf(RecordedRun run, string cid) =>
        run.Sent.Find(cid) is { } sending ? [sending.First, .. sending.Acks] : [];
}
