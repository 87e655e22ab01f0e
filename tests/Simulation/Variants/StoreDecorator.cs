using BrokerIm.Contracts.Records;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;

namespace BrokerIm.Simulation.Variants;

/// <summary>Stands before a store and passes everything on.</summary>
internal abstract class StoreDecorator(IConversationStore inner) : IConversationStore
{
    protected IConversationStore Inner => inner;

    public virtual ValueTask<IReadOnlyList<MessageHead?>> LoadAsync(
        IReadOnlyList<(ConversationId Conversation, long Bound)> keys, CancellationToken cancellationToken) =>
        inner.LoadAsync(keys, cancellationToken);

    public virtual ValueTask<IReadOnlyList<MessageHead>> LoadWindowAsync(
        ConversationId conversation, long bound, uint beforeId, long untilMs, int max, CancellationToken cancellationToken) =>
        inner.LoadWindowAsync(conversation, bound, beforeId, untilMs, max, cancellationToken);

    public ValueTask<IReadOnlyList<GroupFacts?>> LoadGroupsAsync(
        IReadOnlyList<(uint Group, long Bound)> keys, CancellationToken cancellationToken) =>
        inner.LoadGroupsAsync(keys, cancellationToken);

    public ValueTask<IReadOnlyList<Membership?>> LoadMembershipsAsync(
        IReadOnlyList<(uint Group, UserId User, long Bound)> keys, CancellationToken cancellationToken) =>
        inner.LoadMembershipsAsync(keys, cancellationToken);

    public virtual ValueTask WriteAsync(StoreBatch batch, CancellationToken cancellationToken) =>
        inner.WriteAsync(batch, cancellationToken);

    public ValueTask<IReadOnlyDictionary<int, long>> ReadProgressAsync(int epoch, CancellationToken cancellationToken) =>
        inner.ReadProgressAsync(epoch, cancellationToken);

    public ValueTask WriteProgressAsync(
        int epoch, IReadOnlyList<(int Partition, long NextOffset)> progress, CancellationToken cancellationToken) =>
        inner.WriteProgressAsync(epoch, progress, cancellationToken);

    public ValueTask<IReadOnlyList<LogPosition>> ReadSkipsAsync(
        int epoch, int partition, long fromOffset, CancellationToken cancellationToken) =>
        inner.ReadSkipsAsync(epoch, partition, fromOffset, cancellationToken);

    public ValueTask<IReadOnlyList<MessageHead?>> HeadsAsync(
        IReadOnlyList<ConversationId> conversations, CancellationToken cancellationToken) =>
        inner.HeadsAsync(conversations, cancellationToken);

    public ValueTask<IReadOnlyList<MessageHead?>> FactsAsync(
        IReadOnlyList<(ConversationId Conversation, uint MessageId)> messages, CancellationToken cancellationToken) =>
        inner.FactsAsync(messages, cancellationToken);

    public ValueTask<IReadOnlyList<StoredMessage>> ReadRangeAsync(
        ConversationId conversation, uint fromId, uint toId, CancellationToken cancellationToken) =>
        inner.ReadRangeAsync(conversation, fromId, toId, cancellationToken);

    public ValueTask<IReadOnlyList<MessageWritten>> ReadWrittenAsync(
        ConversationId conversation, uint fromId, uint toId, CancellationToken cancellationToken) =>
        inner.ReadWrittenAsync(conversation, fromId, toId, cancellationToken);

    public ValueTask<IReadOnlyList<ConversationActivity>> ConversationsOfAsync(
        UserId user, long sinceMs, int max, CancellationToken cancellationToken) =>
        inner.ConversationsOfAsync(user, sinceMs, max, cancellationToken);

    public ValueTask<IReadOnlyList<uint>> ReadMarksAsync(
        IReadOnlyList<(UserId User, ConversationId Conversation)> keys, CancellationToken cancellationToken) =>
        inner.ReadMarksAsync(keys, cancellationToken);

    public ValueTask<IReadOnlyList<uint>> RemovalsAsync(
        IReadOnlyList<(UserId User, ConversationId Conversation)> keys, CancellationToken cancellationToken) =>
        inner.RemovalsAsync(keys, cancellationToken);

    public ValueTask<IReadOnlyList<GroupFacts?>> GroupsAsync(IReadOnlyList<uint> groups, CancellationToken cancellationToken) =>
        inner.GroupsAsync(groups, cancellationToken);

    public ValueTask<IReadOnlyList<uint>> AllGroupsAsync(CancellationToken cancellationToken) =>
        inner.AllGroupsAsync(cancellationToken);

    public ValueTask<IReadOnlyList<UserGroup>> GroupsOfAsync(UserId user, CancellationToken cancellationToken) =>
        inner.GroupsOfAsync(user, cancellationToken);

    public virtual ValueTask<IReadOnlyList<Membership?>> MembershipsAsync(
        IReadOnlyList<(uint Group, UserId User)> keys, CancellationToken cancellationToken) =>
        inner.MembershipsAsync(keys, cancellationToken);

    public virtual ValueTask<IReadOnlyList<Membership>> MembersAsync(uint group, CancellationToken cancellationToken) =>
        inner.MembersAsync(group, cancellationToken);
}
