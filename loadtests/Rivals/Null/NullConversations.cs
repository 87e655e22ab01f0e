using System.Collections.Concurrent;
using BrokerIm.Contracts.Records;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;

namespace BrokerIm.LoadTests.Rivals.Null;

/// <summary>All that is known of conversations: their last ids. There is nothing to read of any message.</summary>
/// <remarks>
/// Ids are given by one caller. Readers see an id only once its message was delivered: a gateway that saw it before would take the
/// message for lost, and look for it here.
/// </remarks>
internal sealed class NullConversations : IConversationReader
{
    private readonly ConcurrentDictionary<ConversationId, Ids> _conversations = new();
    private readonly List<Ids> _ahead = [];

    /// <summary>Gives the next id.</summary>
    public uint Next(ConversationId conversation)
    {
        var ids = _conversations.GetOrAdd(conversation, static _ => new());
        if (ids.Given == ids.Delivered)
            _ahead.Add(ids);
        return ++ids.Given;
    }

    /// <summary>The messages of all ids given so far have been delivered.</summary>
    public void Delivered()
    {
        foreach (var ids in _ahead)
            ids.Delivered = ids.Given;
        _ahead.Clear();
    }

    public ValueTask<IReadOnlyList<MessageHead?>> HeadsAsync(
        IReadOnlyList<ConversationId> conversations, CancellationToken cancellationToken) => new([.. conversations.Select(HeadOf)]);

    public ValueTask<IReadOnlyList<ConversationActivity>> ConversationsOfAsync(
        UserId user, long sinceMs, int max, CancellationToken cancellationToken) =>
        new(
        [
            .. _conversations.Keys.Where(conversation => conversation.HasMember(user)).Take(max)
                .Select(static conversation => new ConversationActivity(conversation, ActivityMs: 0)),
        ]);

    public ValueTask<IReadOnlyList<MessageHead?>> FactsAsync(
        IReadOnlyList<(ConversationId Conversation, uint MessageId)> messages, CancellationToken cancellationToken) =>
        new(new MessageHead?[messages.Count]);

    public ValueTask<IReadOnlyList<StoredMessage>> ReadRangeAsync(
        ConversationId conversation, uint fromId, uint toId, CancellationToken cancellationToken) => new([]);

    public ValueTask<IReadOnlyList<MessageWritten>> ReadWrittenAsync(
        ConversationId conversation, uint fromId, uint toId, CancellationToken cancellationToken) => new([]);

    public ValueTask<IReadOnlyList<uint>> ReadMarksAsync(
        IReadOnlyList<(UserId User, ConversationId Conversation)> keys, CancellationToken cancellationToken) => new(new uint[keys.Count]);

    public ValueTask<IReadOnlyList<uint>> RemovalsAsync(
        IReadOnlyList<(UserId User, ConversationId Conversation)> keys, CancellationToken cancellationToken) => new(new uint[keys.Count]);

    private MessageHead? HeadOf(ConversationId conversation) =>
        _conversations.TryGetValue(conversation, out var ids) && ids.Delivered is > 0 and var head
            ? new(head, new MessageMeta { Sender = conversation.Low.Value })
            : null;

    private sealed class Ids
    {
        private uint _delivered;

        public uint Given { get; set; }

        public uint Delivered
        {
            get => Volatile.Read(ref _delivered);
            set => Volatile.Write(ref _delivered, value);
        }
    }
}
