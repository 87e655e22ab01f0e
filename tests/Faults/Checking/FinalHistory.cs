using BrokerIm.Faults.History;

namespace BrokerIm.Faults.Checking;

/// <summary>Each conversation as it is in the end: what was read after everybody had stopped sending.</summary>
internal sealed class FinalHistory
{
    private readonly Dictionary<string, SortedDictionary<uint, List<PageMessage>>> _messages = [];

    public FinalHistory(IReadOnlyList<HistoryEvent> events)
    {
        var quietSince = events.OfType<PhaseBegan>().Where(began => began.Phase == Phase.Quiet)
            .Select(static began => began.At).FirstOrDefault(long.MaxValue);
        foreach (var page in events.OfType<PageRead>().Where(page => page.InvokedAt >= quietSince))
        {
            if (!_messages.TryGetValue(page.Conversation, out var messages))
                _messages.Add(page.Conversation, messages = []);
            foreach (var message in page.Messages)
            {
                if (!messages.TryGetValue(message.Id, out var versions))
                    messages.Add(message.Id, versions = []);
                if (!versions.Contains(message))
                    versions.Add(message);
            }
        }
    }

    /// <summary>Conversations that were read.</summary>
    public IEnumerable<string> Conversations => _messages.Keys;

    /// <summary>Ids that exist, rising.</summary>
    public IEnumerable<uint> IdsOf(string conversation) => _messages.TryGetValue(conversation, out var found) ? found.Keys : [];

    /// <summary>Highest id; 0 without messages.</summary>
    public uint HeadOf(string conversation) => IdsOf(conversation).LastOrDefault();

    /// <summary>What devices read under an id; one version, if all is well.</summary>
    public IReadOnlyList<PageMessage> VersionsOf(string conversation, uint id) =>
        _messages.TryGetValue(conversation, out var found) && found.TryGetValue(id, out var versions) ? versions : [];

    /// <summary>All messages with their ids, rising.</summary>
    public IEnumerable<PageMessage> MessagesOf(string conversation) =>
        _messages.TryGetValue(conversation, out var found) ? found.Values.SelectMany(static versions => versions) : [];
}
