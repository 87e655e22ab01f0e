using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using Microsoft.Extensions.Options;

namespace BrokerIm.Adapters.Production.Cassandra;

/// <summary>Heads, history and read marks from Cassandra.</summary>
internal partial class CassandraConversationReader : IConversationReader
{
    /// <summary>Rows that are asked for by their keys in one statement, at most.</summary>
    private const int KeysPerStatement = 128;

    private readonly ICassandraSession _session;
    private readonly int _atOnce;

    /// <summary>
    /// Many open the same page at the same time when a group wakes up. A page that is full stays as it is, unless one of its messages
    /// is erased: who asks while it is being read may get what was there when the reading began.
    /// </summary>
    private readonly SharedReads<(ConversationId Conversation, uint From, uint To), IReadOnlyList<StoredMessage>> _pages =
        new(static (asked, found) => found.Count == asked.To - asked.From + 1);

    public CassandraConversationReader(ICassandraSession session, IOptions<CassandraOptions> options)
    {
        (_session, _atOnce) = (session, options.Value.ConcurrentReads);
        Finder = new(session, new());
    }

    /// <summary>Finds newest messages.</summary>
    protected HeadFinder Finder { get; }

    public ValueTask<IReadOnlyList<MessageHead?>> HeadsAsync(
        IReadOnlyList<ConversationId> conversations, CancellationToken cancellationToken) =>
        ForEachAsync(
            conversations,
            async (conversation, token) => (await Finder.NewestAsync(conversation, token))?.Head,
            cancellationToken);

    public async ValueTask<IReadOnlyList<MessageHead?>> FactsAsync(
        IReadOnlyList<(ConversationId Conversation, uint MessageId)> messages, CancellationToken cancellationToken)
    {
        var questions = messages
            .GroupBy(static message => (message.Conversation, Bucket: Buckets.Of(message.MessageId)), static message => (int)message.MessageId)
            .SelectMany(static bucket => bucket.Distinct().Chunk(KeysPerStatement), static (bucket, ids) => (bucket.Key, Ids: ids))
            .ToArray();
        var answers = await ForEachAsync(
            questions,
            async (question, token) => await _session.ReadAsync(
                ConversationStatements.Facts, (question.Key.Conversation, question.Key.Bucket, question.Ids), token),
            cancellationToken);

        var found = new Dictionary<(ConversationId, uint), MessageHead>();
        for (var i = 0; i < questions.Length; i++)
        {
            foreach (var head in answers[i])
                found[(questions[i].Key.Conversation, head.MessageId)] = head;
        }

        return [.. messages.Select(message => found.GetValueOrDefault(message))];
    }

    public ValueTask<IReadOnlyList<StoredMessage>> ReadRangeAsync(
        ConversationId conversation, uint fromId, uint toId, CancellationToken cancellationToken) =>
        _pages.ReadAsync((conversation, fromId, toId), ReadPageAsync, cancellationToken);

    public ValueTask<IReadOnlyList<MessageWritten>> ReadWrittenAsync(
        ConversationId conversation, uint fromId, uint toId, CancellationToken cancellationToken) =>
        ReadBucketsAsync(ConversationStatements.Written, (conversation, fromId, toId), cancellationToken);

    public async ValueTask<IReadOnlyList<ConversationActivity>> ConversationsOfAsync(
        UserId user, long sinceMs, int max, CancellationToken cancellationToken)
    {
        var activities = await _session.ReadAsync(ConversationStatements.Activities, user, cancellationToken);
        return
        [
            .. activities
                .Where(activity => activity.ActivityMs >= sinceMs)
                .OrderByDescending(static activity => activity.ActivityMs)
                .Take(max),
        ];
    }

    public ValueTask<IReadOnlyList<uint>> ReadMarksAsync(
        IReadOnlyList<(UserId User, ConversationId Conversation)> keys, CancellationToken cancellationToken) =>
        RegistersAsync(ConversationStatements.ReadMarks, keys, cancellationToken);

    public ValueTask<IReadOnlyList<uint>> RemovalsAsync(
        IReadOnlyList<(UserId User, ConversationId Conversation)> keys, CancellationToken cancellationToken) =>
        RegistersAsync(ConversationStatements.Removals, keys, cancellationToken);

    /// <summary>One answer per key, same order, a bounded number of them asked for at once.</summary>
    protected async ValueTask<IReadOnlyList<TAnswer>> ForEachAsync<TKey, TAnswer>(
        IReadOnlyList<TKey> keys, Func<TKey, CancellationToken, ValueTask<TAnswer>> ask, CancellationToken cancellationToken)
    {
        var answers = new TAnswer[keys.Count];
        if (keys.Count == 1)
        {
            answers[0] = await ask(keys[0], cancellationToken);
            return answers;
        }

        var parallel = new ParallelOptions { MaxDegreeOfParallelism = _atOnce, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, keys.Count, parallel, async (i, token) => answers[i] = await ask(keys[i], token));
        return answers;
    }

    private async ValueTask<IReadOnlyList<uint>> RegistersAsync(
        CassandraRead<(UserId User, IReadOnlyCollection<long> Relations), (ConversationId Conversation, uint MessageId)> read,
        IReadOnlyList<(UserId User, ConversationId Conversation)> keys,
        CancellationToken cancellationToken)
    {
        var questions = keys
            .GroupBy(static key => key.User, static key => (long)key.Conversation.Value)
            .SelectMany(static user => user.Distinct().Chunk(KeysPerStatement), static (user, relations) => (User: user.Key, Relations: relations))
            .ToArray();
        var answers = await ForEachAsync(
            questions,
            async (question, token) => await _session.ReadAsync(
                read, (question.User, question.Relations), token),
            cancellationToken);

        var found = new Dictionary<(UserId, ConversationId), uint>(keys.Count);
        for (var i = 0; i < questions.Length; i++)
        {
            foreach (var (conversation, messageId) in answers[i])
                found[(questions[i].User, conversation)] = messageId;
        }

        return [.. keys.Select(key => found.GetValueOrDefault(key))];
    }

    /// <summary>Bounded by the session's time and not by a caller's patience: others may wait for the same page.</summary>
    private ValueTask<IReadOnlyList<StoredMessage>> ReadPageAsync((ConversationId Conversation, uint From, uint To) page) =>
        ReadBucketsAsync(ConversationStatements.Range, page, CancellationToken.None);

    private async ValueTask<IReadOnlyList<TResult>> ReadBucketsAsync<TResult>(
        CassandraRead<RangeKey, TResult> read, (ConversationId Conversation, uint From, uint To) page, CancellationToken cancellationToken)
    {
        var first = Buckets.Of(page.From);
        var buckets = Enumerable.Range(first, Buckets.Of(page.To) - first + 1).ToArray();
        var parts = await ForEachAsync(
            buckets,
            async (bucket, token) => await _session.ReadAsync(read, new(page.Conversation, bucket, page.From, page.To), token),
            cancellationToken);

        // Newest first inside a bucket, as it is stored.
        foreach (var part in parts)
            part.Reverse();
        return parts.Count == 1 ? parts[0] : [.. parts.SelectMany(static part => part)];
    }
}
