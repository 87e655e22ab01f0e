using System.Collections.Concurrent;
using BrokerIm.Core.Values;

namespace BrokerIm.Adapters.Production.Cassandra;

/// <summary>
/// In which bucket a conversation's newest message was last seen. Most conversations never leave their first bucket and are not kept
/// here. A wrong hint costs a few reads and nothing else.
/// </summary>
internal sealed class BucketHints(int capacity = BucketHints.DefaultCapacity)
{
    /// <summary>Enough for every conversation of more than 4,096 messages that one process is likely to meet; about 6 MB.</summary>
    public const int DefaultCapacity = 100_000;

    private readonly ConcurrentDictionary<ConversationId, int> _buckets = new();
    private int _count;

    /// <summary>Where to look first.</summary>
    public int Get(ConversationId conversation) => _buckets.GetValueOrDefault(conversation);

    /// <summary>Remembers where the newest message is.</summary>
    public void Set(ConversationId conversation, int bucket)
    {
        if (bucket == 0)
            return;

        if (_buckets.TryAdd(conversation, bucket))
        {
            // Forgetting all of them is seldom and spares an order of use that every read would have to keep.
            if (Interlocked.Increment(ref _count) > capacity)
            {
                _buckets.Clear();
                Interlocked.Exchange(ref _count, 0);
            }
        }
        else
        {
            _buckets[conversation] = bucket;
        }
    }
}
