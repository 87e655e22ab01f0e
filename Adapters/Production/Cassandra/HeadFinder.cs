using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;

namespace BrokerIm.Adapters.Production.Cassandra;

/// <summary>Finds a conversation's newest message without an index: by looking into buckets, nearly always into the right one.</summary>
internal sealed class HeadFinder(ICassandraSession session, BucketHints hints)
{
    private const int FirstPage = 16;
    private const int LargestPage = 1_024;

    /// <summary>The newest message; null when there is none.</summary>
    public async ValueTask<WrittenHead?> NewestAsync(ConversationId conversation, CancellationToken cancellationToken)
    {
        // The search keeps the highest bucket known to be full and the lowest known to be empty, and ends where they meet.
        var (full, empty) = (-1, int.MaxValue);
        WrittenHead? lastOfFull = null;
        var bucket = hints.Get(conversation);
        var stride = 1;
        while (true)
        {
            var rows = await session.ReadAsync(ConversationStatements.Newest, (conversation, bucket), cancellationToken);
            if (rows.Count == 0)
            {
                empty = bucket;
            }
            else if (rows[0].Head.MessageId < Buckets.LastId(bucket))
            {
                hints.Set(conversation, bucket);
                return rows[0];
            }
            else
            {
                full = bucket;
                lastOfFull = rows[0];
            }

            if (empty == full + 1)
            {
                hints.Set(conversation, Math.Max(full, 0));
                return lastOfFull;
            }

            if (empty < int.MaxValue)
            {
                bucket = full + ((empty - full) / 2);
            }
            else
            {
                bucket = full + stride;
                stride *= 2;
            }
        }
    }

    /// <summary>The newest message among those written below a bound; null when there is none.</summary>
    public async ValueTask<MessageHead?> NewestBelowAsync(ConversationId conversation, long bound, CancellationToken cancellationToken)
    {
        if (await NewestAsync(conversation, cancellationToken) is not { } newest)
            return null;
        if (newest.WrittenAt < bound)
            return newest.Head;

        // Leftovers are the highest ids. Their last bucket may hold nothing else, and then the walk goes on in the one before.
        await foreach (var older in DownFromAsync(conversation, newest.Head.MessageId, LargestPage, cancellationToken))
        {
            if (older.WrittenAt < bound)
                return older.Head;
        }

        return null;
    }

    /// <summary>Messages below an id, newest first, read in pages that grow up to a size.</summary>
    public async IAsyncEnumerable<WrittenHead> DownFromAsync(
        ConversationId conversation,
        uint beforeId,
        int largestPage,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var page = Math.Min(FirstPage, largestPage);
        while (beforeId > 1)
        {
            var bucket = Buckets.Of(beforeId - 1);
            var rows = await session.ReadAsync(
                ConversationStatements.Below, new(conversation, bucket, beforeId, page), cancellationToken);
            foreach (var row in rows)
                yield return row;

            beforeId = rows.Count == page ? rows[^1].Head.MessageId : Buckets.FirstId(bucket);
            page = Math.Min(page * 4, largestPage);
        }
    }
}
