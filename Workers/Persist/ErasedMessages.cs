using BrokerIm.Core;
using BrokerIm.Core.Conversations;
using BrokerIm.Core.Ports;
using Microsoft.Extensions.Logging;

namespace BrokerIm.Workers.Persist;

/// <summary>Finds the facts of messages that are to be erased, from which what is left of them is made.</summary>
/// <remarks>
/// Facts are never rewritten, so it is no matter whether the store answers with what was there before a replay or after it: whoever
/// erases at a log position writes the same bytes.
/// </remarks>
internal sealed class ErasedMessages(IConversationStore store, RetryForever retry, ILogger<ErasedMessages> log)
{
    /// <summary>The messages that a decision erases: of this batch, or stored before it.</summary>
    public async ValueTask<IReadOnlyList<MessageHead>> FindAsync(
        PositionedEntry entry, Decision decision, UnitBuilder unit, CancellationToken cancellationToken)
    {
        var found = unit.NewMessages(entry.Conversation);
        List<uint> older = [.. decision.Erased.Where(id => !found.ContainsKey(id))];
        if (older.Count > 0)
        {
            var facts = await retry.RunAsync(
                "reading messages to erase",
                token => store.FactsAsync([.. older.Select(id => (entry.Conversation, id))], token),
                cancellationToken);
            for (var i = 0; i < older.Count; i++)
            {
                // A row that the store has lost has nothing left to erase. Should the log be rewound to bring it back, then the order to
                // erase it, which stands behind it, comes again too.
                if (facts[i] is { } fact)
                    found[older[i]] = fact;
                else
                    log.MissingErased(entry.Conversation, older[i], entry.Position);
            }
        }

        return [.. decision.Erased.Where(found.ContainsKey).Select(id => found[id])];
    }
}
