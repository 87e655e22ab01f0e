using BrokerIm.Faults.History;

namespace BrokerIm.Faults.Checking.Rules;

/// <summary>C10, C11 and C12: everybody sees everything that is for him, in order, and nothing else.</summary>
internal static class DeliveryRules
{
    public static IEnumerable<Violation> PushedInOrder(RecordedRun run)
    {
        foreach (var device in run.Events.GroupBy(static happened => happened.Device))
        {
            var own = device.OfType<SendInvoked>().Select(static invoked => invoked.Cid).ToHashSet();
            var last = new Dictionary<string, Pushed>();
            foreach (var happened in device)
            {
                if (happened is Connected)
                    last.Clear();
                if (happened is not Pushed push)
                    continue;

                if (last.TryGetValue(push.Conversation, out var before))
                {
                    if (push.Id <= before.Id)
                        yield return new(Rule.PushedInOrder, $"{device.Key} saw {push.Id} after {before.Id}.", [before, push]);
                    else if (run.Members.IsStable(push.Conversation, run.UserOf(device.Key)) && Hole(run, own, before, push) is { } hole)
                        yield return new(Rule.PushedInOrder, $"{device.Key} did not see {hole}.", [before, push]);
                }

                last[push.Conversation] = push;
            }
        }
    }

    public static IEnumerable<Violation> Delivered(RecordedRun run)
    {
        var acked = run.Sent.All.Where(static sending => sending.Acks.Count > 0).ToDictionary(
            static sending => sending.First.Cid, static sending => sending.Acks[0].At);
        var healed = run.BeginOf(Phase.Healed) ?? 0;
        var quiet = run.BeginOf(Phase.Quiet) ?? long.MaxValue;
        foreach (var device in run.Events.GroupBy(static happened => happened.Device))
        {
            // Who is away has nothing to see.
            if (device.LastOrDefault(static happened => happened is Connected or Disconnected) is not Connected)
                continue;

            var held = Held(device, quiet);
            var own = device.OfType<SendInvoked>().Select(static invoked => invoked.Cid).ToHashSet();
            foreach (var conversation in run.Final.Conversations.Where(one => run.Members.IsStable(one, run.UserOf(device.Key))))
            {
                foreach (var message in run.Final.MessagesOf(conversation).Where(message => !own.Contains(message.Cid)))
                {
                    if (!held.TryGetValue((conversation, message.Id), out var at))
                        yield return new(Rule.Delivered, $"{device.Key} never got message {message.Id} of {conversation}.", EventsOf(run, message));
                    else if (TooLate(at, Math.Max(healed, acked.GetValueOrDefault(message.Cid))) is { } late)
                        yield return new(Rule.Delivered, $"{device.Key} got message {message.Id} of {conversation} {late.TotalSeconds:0.0} s late.", EventsOf(run, message));
                }
            }
        }

        TimeSpan? TooLate(long at, long due) =>
            run.Measurements.DeliveredWithin is { } within && TimeSpan.FromMicroseconds(at - due) is var late && late > within ? late : null;
    }

    public static IEnumerable<Violation> MembersOnly(RecordedRun run)
    {
        var sent = run.Sent.All.ToDictionary(static sending => sending.First.Cid);
        foreach (var happened in run.Events)
        {
            var user = run.UserOf(happened.Device);
            foreach (var (conversation, id, cid) in Seen(happened))
            {
                if (run.Members.IsStable(conversation, user) || !sent.TryGetValue(cid, out var sending))
                    continue;

                var until = sending.Acks is [var ack, ..] ? ack.At : long.MaxValue;
                if (run.Members.IsOutside(conversation, user, sending.First.At, until))
                    yield return new(Rule.MembersOnly, $"User {user} saw message {id} of {conversation}, which he was not in.", [sending.First, happened]);
            }
        }
    }

    private static uint? Hole(RecordedRun run, HashSet<string> own, Pushed before, Pushed push)
    {
        for (var id = before.Id + 1; id < push.Id; id++)
        {
            // Servers do not push a message to the device that sent it, and nobody can push what does not exist.
            var versions = run.Final.VersionsOf(push.Conversation, id);
            if (versions.Count > 0 && !versions.Any(message => own.Contains(message.Cid)))
                return id;
        }

        return null;
    }

    // What is read after everybody has stopped is evidence of the history, not of delivery.
    private static Dictionary<(string Conversation, uint Id), long> Held(IEnumerable<HistoryEvent> device, long quiet)
    {
        var held = new Dictionary<(string Conversation, uint Id), long>();
        foreach (var happened in device)
        {
            if (happened is Pushed push)
                held.TryAdd((push.Conversation, push.Id), push.At);
            else if (happened is PageRead page && page.InvokedAt < quiet)
            {
                foreach (var message in page.Messages)
                    held.TryAdd((page.Conversation, message.Id), page.At);
            }
        }

        return held;
    }

    private static IEnumerable<(string Conversation, uint Id, string Cid)> Seen(HistoryEvent happened) => happened switch
    {
        Pushed push => [(push.Conversation, push.Id, push.Cid)],
        PageRead page => page.Messages.Select(message => (page.Conversation, message.Id, message.Cid)),
        _ => [],
    };

    private static IReadOnlyList<HistoryEvent> EventsOf(RecordedRun run, PageMessage message) =>
        run.Sent.Find(message.Cid) is { } sending ? [sending.First, .. sending.Acks] : [];
}
