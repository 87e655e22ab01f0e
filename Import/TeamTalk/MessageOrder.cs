namespace BrokerIm.Import.TeamTalk;

/// <summary>Brings the messages of a conversation into the order in which they get their ids: 1, 2, 3 and so on.</summary>
internal static class MessageOrder
{
    /// <summary>
    /// Sorts by the old ids, with time and row where two share one. Where many share theirs the old server has lost its counter and
    /// begun again at 1 (protocol chapter 09 section 2); then only the time tells what came first.
    /// </summary>
    public static void Sort(List<SourceMessage> messages)
    {
        var ids = new HashSet<uint>(messages.Count);
        var startedAgain = messages.Count(message => !ids.Add(message.Row.MessageId)) > 1;
        messages.Sort((one, other) => startedAgain
            ? Compare((one.Row.Created, one.Row.MessageId, one.Row.Id), (other.Row.Created, other.Row.MessageId, other.Row.Id))
            : Compare((one.Row.MessageId, one.Row.Created, one.Row.Id), (other.Row.MessageId, other.Row.Created, other.Row.Id)));
    }

    private static int Compare((long, long, long) one, (long, long, long) other) => one.CompareTo(other);
}
