using BrokerIm.Faults.History;

namespace BrokerIm.Faults.Checking.Rules;

/// <summary>C3, C5 and C6: ids are ranks, and the ranks respect what came before what.</summary>
internal static class OrderRules
{
    public static IEnumerable<Violation> Dense(RecordedRun run)
    {
        foreach (var conversation in run.Final.Conversations)
        {
            var expected = 1u;
            foreach (var id in run.Final.IdsOf(conversation))
            {
                if (id != expected)
                    yield return new(Rule.Dense, $"{conversation} has no message {expected}; the next is {id}.", []);
                expected = id + 1;
            }
        }
    }

    public static IEnumerable<Violation> InSendingOrder(RecordedRun run)
    {
        // What was sent again after an unknown outcome may rightly have been overtaken.
        var sendings = run.Sent.All.Where(static sending => sending.Acks.Count > 0 && sending.Unknowns.Count == 0);
        foreach (var lane in sendings.GroupBy(static sending => (sending.First.Device, sending.First.Conversation)))
        {
            Sending? before = null;
            foreach (var sending in lane.OrderBy(static sending => sending.First.At))
            {
                if (before is not null && sending.Acks[0].Id < before.Acks[0].Id)
                {
                    yield return new(
                        Rule.InSendingOrder,
                        $"{lane.Key.Device} sent {before.Acks[0].Id} before {sending.Acks[0].Id}.",
                        [before.First, before.Acks[0], sending.First, sending.Acks[0]]);
                }

                before = sending;
            }
        }
    }

    public static IEnumerable<Violation> InRealTimeOrder(RecordedRun run)
    {
        foreach (var conversation in run.Sent.All.Where(static sending => sending.Acks.Count > 0)
            .GroupBy(static sending => sending.First.Conversation))
        {
            // The latest acknowledged rank so far, as time goes by.
            SendAcked? highest = null;
            var steps = conversation.SelectMany(static sending => new (long At, SendAcked? Ack, Sending Sending)[]
            {
                (sending.First.At, null, sending), (sending.Acks[0].At, sending.Acks[0], sending),
            });
            foreach (var (_, ack, sending) in steps.OrderBy(static step => step.At))
            {
                if (ack is null && highest is not null && sending.Acks[0].Id < highest.Id)
                {
                    yield return new(
                        Rule.InRealTimeOrder,
                        $"{conversation.Key}: {sending.Acks[0].Id} was sent after {highest.Id} was acknowledged.",
                        [highest, sending.First, sending.Acks[0]]);
                }

                if (ack is not null && ack.Id > (highest?.Id ?? 0))
                    highest = ack;
            }
        }
    }
}
