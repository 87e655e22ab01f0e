using BrokerIm.Contracts.Records;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;

namespace BrokerIm.Simulation.World;

/// <content>What gateways and Deliver read.</content>
internal sealed partial class StoreHand
{
    public async ValueTask<IReadOnlyList<MessageHead?>> HeadsAsync(
        IReadOnlyList<ConversationId> conversations, CancellationToken cancellationToken) =>
        await AskAsync<IReadOnlyList<MessageHead?>>(
            "store.heads", () => [.. conversations.Select(conversation => NewestBelow(conversation, long.MaxValue))], cancellationToken);

    public async ValueTask<IReadOnlyList<MessageHead?>> FactsAsync(
        IReadOnlyList<(ConversationId Conversation, uint MessageId)> messages, CancellationToken cancellationToken) =>
        await AskAsync<IReadOnlyList<MessageHead?>>("store.facts", () =>
        [
            .. messages.Select(message => MessagesOf(message.Conversation).GetValueOrDefault(new(message.MessageId)) is { } cell
                ? HeadOf(message.MessageId, cell)
                : null),
        ], cancellationToken);

    public async ValueTask<IReadOnlyList<StoredMessage>> ReadRangeAsync(
        ConversationId conversation, uint fromId, uint toId, CancellationToken cancellationToken) =>
        await AskAsync<IReadOnlyList<StoredMessage>>("store.range", () =>
        {
            var erased = replicas.Read(new(Table.Erasure, conversation.Value));
            return
            [
                .. InRange(conversation, fromId, toId).Select(row => new StoredMessage(
                    (uint)row.Key.One,
                    MessageMeta.Parser.ParseFrom(row.Value.Meta.Span),
                    (erased.GetValueOrDefault(row.Key) ?? row.Value).Body)),
            ];
        }, cancellationToken);

    public async ValueTask<IReadOnlyList<MessageWritten>> ReadWrittenAsync(
        ConversationId conversation, uint fromId, uint toId, CancellationToken cancellationToken) =>
        await AskAsync<IReadOnlyList<MessageWritten>>("store.written", () =>
        {
            var erased = replicas.Read(new(Table.Erasure, conversation.Value));
            return
            [
                .. InRange(conversation, fromId, toId).Select(row => new MessageWritten(
                    (uint)row.Key.One, row.Value.WrittenAt, (erased.GetValueOrDefault(row.Key) ?? row.Value).WrittenAt)),
            ];
        }, cancellationToken);

    public async ValueTask<IReadOnlyList<ConversationActivity>> ConversationsOfAsync(
        UserId user, long sinceMs, int max, CancellationToken cancellationToken) =>
        await AskAsync<IReadOnlyList<ConversationActivity>>("store.activities", () =>
        [
            .. replicas.Read(new(Table.Activity, user.Value))
                .Select(static row => new ConversationActivity(new(row.Key.One), row.Value.Number))
                .Where(activity => activity.ActivityMs >= sinceMs)
                .OrderByDescending(static activity => activity.ActivityMs).ThenBy(static activity => activity.Conversation.Value)
                .Take(max),
        ], cancellationToken);

    public ValueTask<IReadOnlyList<uint>> ReadMarksAsync(
        IReadOnlyList<(UserId User, ConversationId Conversation)> keys, CancellationToken cancellationToken) =>
        RegistersAsync(Table.ReadMark, keys, cancellationToken);

    public ValueTask<IReadOnlyList<uint>> RemovalsAsync(
        IReadOnlyList<(UserId User, ConversationId Conversation)> keys, CancellationToken cancellationToken) =>
        RegistersAsync(Table.Removal, keys, cancellationToken);

    public async ValueTask<IReadOnlyList<GroupFacts?>> GroupsAsync(
        IReadOnlyList<uint> groups, CancellationToken cancellationToken) =>
        await AskAsync<IReadOnlyList<GroupFacts?>>(
            "store.groups", () => [.. groups.Select(group => FactsBelow(group, long.MaxValue))], cancellationToken);

    public ValueTask<IReadOnlyList<uint>> AllGroupsAsync(CancellationToken cancellationToken) =>
        throw new NotSupportedException("Only operators ask for all groups.");

    public async ValueTask<IReadOnlyList<UserGroup>> GroupsOfAsync(UserId user, CancellationToken cancellationToken) =>
        await AskAsync<IReadOnlyList<UserGroup>>("store.groups_of", () =>
        [
            .. replicas.Read(new(Table.UserGroup, user.Value)).Where(static row => row.Value.Number == 1)
                .Select(static row => new UserGroup((uint)row.Key.One, (uint)row.Value.Number2)),
        ], cancellationToken);

    public async ValueTask<IReadOnlyList<Membership?>> MembershipsAsync(
        IReadOnlyList<(uint Group, UserId User)> keys, CancellationToken cancellationToken) =>
        await AskAsync<IReadOnlyList<Membership?>>(
            "store.memberships", () => [.. keys.Select(key => NewestStay(key.Group, key.User, long.MaxValue))], cancellationToken);

    public async ValueTask<IReadOnlyList<Membership>> MembersAsync(uint group, CancellationToken cancellationToken) =>
        await AskAsync<IReadOnlyList<Membership>>("store.members", () => StaysOf(group), cancellationToken);

    private IEnumerable<KeyValuePair<RowKey, Cell>> InRange(ConversationId conversation, uint fromId, uint toId) =>
        MessagesOf(conversation).Where(row => row.Key.One >= fromId && row.Key.One <= toId).OrderBy(static row => row.Key.One);

    private async ValueTask<IReadOnlyList<uint>> RegistersAsync(
        Table table, IReadOnlyList<(UserId User, ConversationId Conversation)> keys, CancellationToken cancellationToken) =>
        await AskAsync<IReadOnlyList<uint>>("store.registers", () =>
        [
            .. keys.Select(key =>
                (uint)(replicas.Read(new(table, key.User.Value)).GetValueOrDefault(new(key.Conversation.Value))?.Number ?? 0)),
        ], cancellationToken);
}
