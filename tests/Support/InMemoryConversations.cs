using System.Collections.Concurrent;
using System.Threading.Channels;
using BrokerIm.Contracts.Records;
using BrokerIm.Contracts.Wire;
using BrokerIm.Core;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using Google.Protobuf;

namespace BrokerIm.Tests.Support;

/// <summary>Conversations in memory, for tests of who reads them.</summary>
internal sealed partial class InMemoryConversations : IConversationReader
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ConversationId, List<StoredMessage>> _messages = [];
    private readonly Dictionary<(UserId, ConversationId), uint> _readMarks = [];
    private readonly Channel<bool> _refusals = Channel.CreateUnbounded<bool>();
    private Task _held = Task.CompletedTask;

    /// <summary>While set, nothing is answered.</summary>
    public bool IsDown { get; set; }

    /// <summary>Messages from this id on are left out of ranges, as if a copy that lacks them had answered.</summary>
    public uint HiddenFrom { get; set; } = uint.MaxValue;

    /// <summary>Ranges that were read.</summary>
    public ConcurrentQueue<(ConversationId Conversation, uint From, uint To)> Ranges { get; } = new();

    /// <summary>Adds a message and returns its id.</summary>
    public uint Add(
        ConversationId pair,
        UserId sender,
        string text = "text",
        long timeMs = 0,
        MsgType type = MsgType.SingleText,
        ClientMessageId clientId = default) => Add(pair, sender, ByteString.CopyFromUtf8(text), timeMs, type, clientId);

    /// <inheritdoc cref="Add(ConversationId, UserId, string, long, MsgType, ClientMessageId)"/>
    public uint Add(
        ConversationId pair,
        UserId sender,
        ByteString data,
        long timeMs = 0,
        MsgType type = MsgType.SingleText,
        ClientMessageId clientId = default)
    {
        lock (_gate)
        {
            if (!_messages.TryGetValue(pair, out var messages))
                _messages[pair] = messages = [];

            var id = (uint)messages.Count + 1;
            var lowBefore = messages.Count == 0 ? 0 : messages[^1].Meta.LowCount;
            var cid = new byte[ClientMessageId.Size];
            clientId.Write(cid);
            var meta = new MessageMeta
            {
                Sender = sender.Value,
                MessageType = (uint)type,
                TimeMs = (ulong)timeMs,
                LowCount = lowBefore + (!pair.IsGroup && sender == pair.Low ? 1u : 0u),
                ClientMessageId = ByteString.CopyFrom(cid),
            };
            messages.Add(new(id, meta, BodyOf(pair, sender, id, timeMs, type, data)));
            return id;
        }
    }

    /// <summary>What the receivers of a message see.</summary>
    public static byte[] BodyOf(ConversationId pair, UserId sender, uint id, long timeMs, MsgType type, ByteString data) => new IMMsgData
    {
        FromUserId = sender.Value,
        ToSessionId = pair.IsGroup ? pair.GroupId : pair.PeerOf(sender).Value,
        MsgId = id,
        CreateTime = (uint)(timeMs / 1000),
        MsgType = type,
        MsgData = data,
    }.ToByteArray();

    /// <summary>The message as it was stored.</summary>
    public StoredMessage Get(ConversationId pair, uint id)
    {
        lock (_gate)
            return _messages[pair][(int)id - 1];
    }

    /// <summary>Makes a message's body unreadable.</summary>
    public void Damage(ConversationId pair, uint id)
    {
        lock (_gate)
            _messages[pair][(int)id - 1] = _messages[pair][(int)id - 1] with { Body = new byte[] { 0xFF } };
    }

    /// <summary>Moves a read mark.</summary>
    public void MarkRead(UserId user, ConversationId pair, uint id)
    {
        lock (_gate)
            _readMarks[(user, pair)] = id;
    }

    /// <summary>Waits until a question has come while <see cref="IsDown"/>.</summary>
    public async Task RefusedAsync() => await _refusals.Reader.ReadAsync(TestContext.Current.CancellationToken)
        .AsTask().WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

    /// <summary>Keeps range reads waiting until the returned source is completed.</summary>
    public TaskCompletionSource HoldRanges()
    {
        var hold = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _held = hold.Task;
        return hold;
    }

    public ValueTask<IReadOnlyList<MessageHead?>> HeadsAsync(
        IReadOnlyList<ConversationId> conversations, CancellationToken cancellationToken) =>
        Answer<IReadOnlyList<MessageHead?>>(() => [.. conversations.Select(
            conversation => _messages.TryGetValue(conversation, out var messages) ? HeadOf(messages[^1]) : null)]);

    public ValueTask<IReadOnlyList<MessageHead?>> FactsAsync(
        IReadOnlyList<(ConversationId Conversation, uint MessageId)> messages, CancellationToken cancellationToken) =>
        Answer<IReadOnlyList<MessageHead?>>(() => [.. messages.Select(
            asked => _messages.TryGetValue(asked.Conversation, out var all) && asked.MessageId >= 1 && asked.MessageId <= all.Count
                ? HeadOf(all[(int)asked.MessageId - 1])
                : null)]);

    public async ValueTask<IReadOnlyList<StoredMessage>> ReadRangeAsync(
        ConversationId conversation, uint fromId, uint toId, CancellationToken cancellationToken)
    {
        Assert.InRange(fromId, 1u, toId);
        Assert.InRange(toId - fromId, 0u, 1_023u);
        Ranges.Enqueue((conversation, fromId, toId));
        await _held.WaitAsync(cancellationToken);
        return await Answer<IReadOnlyList<StoredMessage>>(() => [.. _messages.GetValueOrDefault(conversation, [])
            .Where(message => message.MessageId >= fromId && message.MessageId <= toId && message.MessageId < HiddenFrom)]);
    }

    public ValueTask<IReadOnlyList<MessageWritten>> ReadWrittenAsync(
        ConversationId conversation, uint fromId, uint toId, CancellationToken cancellationToken) =>
        throw new NotSupportedException("Only operators ask when cells were written.");

    public ValueTask<IReadOnlyList<ConversationActivity>> ConversationsOfAsync(
        UserId user, long sinceMs, int max, CancellationToken cancellationToken) =>
        Answer<IReadOnlyList<ConversationActivity>>(() => [.. _messages
            .Where(pair => pair.Key.HasMember(user))
            .Select(pair => new ConversationActivity(pair.Key, pair.Value.Select(message => (long)message.Meta.TimeMs)
                .First(timeMs => timeMs / Limits.ActivitySpanMs == (long)pair.Value[^1].Meta.TimeMs / Limits.ActivitySpanMs)))
            .Where(activity => activity.ActivityMs >= sinceMs)
            .OrderByDescending(activity => activity.ActivityMs)
            .Take(max)]);

    public ValueTask<IReadOnlyList<uint>> ReadMarksAsync(
        IReadOnlyList<(UserId User, ConversationId Conversation)> keys, CancellationToken cancellationToken) =>
        Answer<IReadOnlyList<uint>>(() => [.. keys.Select(key => _readMarks.GetValueOrDefault((key.User, key.Conversation)))]);

    public ValueTask<IReadOnlyList<uint>> RemovalsAsync(
        IReadOnlyList<(UserId User, ConversationId Conversation)> keys, CancellationToken cancellationToken) =>
        Answer<IReadOnlyList<uint>>(() => [.. keys.Select(key => _removals.GetValueOrDefault((key.User, key.Conversation)))]);

    private ValueTask<T> Answer<T>(Func<T> answer)
    {
        if (IsDown)
        {
            _refusals.Writer.TryWrite(true);
            throw new DependencyUnavailableException("The store is down.");
        }

        lock (_gate)
            return ValueTask.FromResult(answer());
    }

    private static MessageHead HeadOf(StoredMessage message) => new(message.MessageId, message.Meta);
}
