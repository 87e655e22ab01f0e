using BrokerIm.Faults.History;

namespace BrokerIm.Faults.Checking.Rules;

/// <summary>C8 and C9: read marks, as far as unread counts show them.</summary>
internal static class ReadMarkRules
{
    public static IEnumerable<Violation> MarksRise(RecordedRun run)
    {
        foreach (var shown in ByReader(run.Events.OfType<UnreadShown>(), run))
        {
            var reader = new Reader(run, shown.Key.Conversation, shown.Key.User);
            var before = new List<UnreadShown>();
            foreach (var one in shown)
            {
                if (before.Find(earlier => earlier.At < one.InvokedAt && reader.LeastRead(earlier) > reader.MostRead(one)) is { } higher)
                    yield return new(Rule.MarksRise, $"{reader} fell.", [higher, one]);

                var certain = reader.CertainlyUnread(one);
                if (one.Count < certain)
                    yield return new(Rule.MarksRise, $"{reader} passed what was marked: {one.Count} shown, {certain} unread.", [one]);
                before.Add(one);
            }
        }
    }

    public static IEnumerable<Violation> UnreadExact(RecordedRun run)
    {
        if (run.BeginOf(Phase.Quiet) is not { } quiet)
            yield break;

        var final = run.Events.OfType<UnreadShown>().Where(shown => shown.InvokedAt >= quiet);
        foreach (var shown in ByReader(final, run))
        {
            var reader = new Reader(run, shown.Key.Conversation, shown.Key.User);
            var last = shown.Last();
            var expected = reader.UnreadInTheEnd(last.InvokedAt);
            if (last.Count != expected)
                yield return new(Rule.UnreadExact, $"{reader} means {expected} unread.", [last]);
        }
    }

    private static IEnumerable<IGrouping<(string Conversation, uint User), UnreadShown>> ByReader(
        IEnumerable<UnreadShown> shown, RecordedRun run) => shown
        .GroupBy(one => (one.Conversation, run.UserOf(one.Device)))
        .Where(one => run.Members.IsStable(one.Key.Conversation, one.Key.Item2));

    /// <summary>
    /// A user in a conversation. What others wrote, up to the mark, is read: that number, taken from counts, stands for the mark.
    /// </summary>
    private sealed class Reader
    {
        private readonly string _conversation;
        private readonly uint _user;
        private readonly List<(uint Id, long? AckedAt)> _foreign;
        private readonly List<(long At, uint Id)> _marks;

        public Reader(RecordedRun run, string conversation, uint user)
        {
            (_conversation, _user) = (conversation, user);
            var messages = run.Final.MessagesOf(conversation).DistinctBy(static message => message.Id).ToList();
            _foreign =
            [
                .. messages.Where(message => message.Sender != user)
                    .Select(message => (message.Id, run.Sent.Find(message.Cid)?.Acks.FirstOrDefault()?.At)),
            ];
            _marks =
            [
                .. run.Events.OfType<Marked>()
                    .Where(mark => mark.Conversation == conversation && run.UserOf(mark.Device) == user)
                    .Select(static mark => (mark.At, mark.Id)),
            ];

            // In a group one's own message is read with everything before it.
            if (ConversationKey.IsGroup(conversation))
                _marks.AddRange(messages.Where(message => message.Sender == user).Select(static message => (long.MinValue, message.Id)));
        }

        public long UnreadInTheEnd(long at) => _foreign.Count(message => message.Id > MarkAt(at));

        /// <summary>What others had certainly written by then, above the highest mark that can have counted.</summary>
        public long CertainlyUnread(UnreadShown shown) =>
            _foreign.Count(message => message.Id > MarkAt(shown.At) && message.AckedAt < shown.InvokedAt);

        /// <summary>Messages of others that were read by then, at least.</summary>
        public long LeastRead(UnreadShown shown) => shown.Head == 0
            ? _foreign.Count(message => message.AckedAt < shown.InvokedAt)
            : MostRead(shown);

        /// <summary>Messages of others that were read by then, at most.</summary>
        public long MostRead(UnreadShown shown) => shown.Head == 0
            ? long.MaxValue
            : _foreign.Count(message => message.Id <= shown.Head) - shown.Count;

        public override string ToString() => $"The mark of user {_user} in {_conversation}";

        private uint MarkAt(long at) => _marks.Where(mark => mark.At <= at).Select(static mark => mark.Id).DefaultIfEmpty().Max();
    }
}
