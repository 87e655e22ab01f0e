using System.Buffers.Binary;
using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using BrokerIm.Simulation.Engine;
using Google.Protobuf;

namespace BrokerIm.Simulation.Clients;

/// <summary>What a device holds, and whether the server gave it rightly.</summary>
internal sealed class Inbox(Cluster cluster, UserId user, int device)
{
    private const uint PageMessages = 100;
    private static readonly TimeSpan s_askAgain = TimeSpan.FromSeconds(2);

    private readonly Dictionary<ConversationId, HashSet<uint>> _held = [];
    private readonly Dictionary<(ConversationId Conversation, uint Id), ByteString> _own = [];
    private readonly Dictionary<ConversationId, uint> _lastPushed = [];
    private readonly HashSet<(ConversationId Conversation, uint Id)> _pushed = [];
    private Connection? _connection;
    private GatewayAddress _gateway;
    private TimeSpan _connectedAt;
    private bool _hasRead;

    private Scheduler Scheduler => cluster.Scheduler;

    /// <summary>A new connection: order is promised per connection.</summary>
    public void Reconnected(GatewayAddress gateway)
    {
        _gateway = gateway;
        _lastPushed.Clear();
        _pushed.Clear();
        _connectedAt = Scheduler.Now;
        _hasRead = false;
    }

    /// <summary>Reads what came while the device was away, as a client does after its login.</summary>
    public void ReadWhatIsThere(Connection connection)
    {
        _connection = connection;
        if (_hasRead || connection.IsBroken)
            return;

        connection.Ask(async gateway =>
        {
            var found = await HistoryAsync(gateway);
            return () =>
            {
                if (_connection != connection)
                    return;
                _hasRead = true;
                foreach (var (conversation, message) in found)
                    Take(conversation, message.MessageId, message.Body.Span, "was read");
            };
        });

        // The store may not have answered, and then there is no answer.
        Scheduler.After(s_askAgain, null, "", () =>
        {
            if (_connection == connection)
                ReadWhatIsThere(connection);
        });
    }

    /// <summary>Reads once more, after an answer that says so.</summary>
    public void ReadAgain(Connection connection)
    {
        _hasRead = false;
        ReadWhatIsThere(connection);
    }

    /// <summary>A message was pushed.</summary>
    public void Push(IMMsgData message)
    {
        var conversation = ConversationOf(message);
        if (!_pushed.Add((conversation, message.MsgId)))
            Violate($"{conversation}: message {message.MsgId} was pushed twice on one connection");
        if (!MayBeLate && _lastPushed.TryGetValue(conversation, out var last))
        {
            if (message.MsgId <= last)
                Violate($"{conversation}: message {message.MsgId} was pushed after {last}");
            for (var between = last + 1; between < message.MsgId; between++)
            {
                if (!MayLack(conversation, between, message.MsgId))
                    Violate($"{conversation}: message {message.MsgId} was pushed after {last} and without {between}");
            }
        }

        _lastPushed[conversation] = message.MsgId;
        Take(conversation, message.MsgId, message.ToByteArray(), "was pushed");
    }

    // What was sent while nobody could know where the device is comes behind what was sent later.
    private bool MayBeLate => !cluster.Presence.CouldBeFoundSince(_gateway, _connectedAt);

    // Of an earlier stay, or its own.
    private bool MayLack(ConversationId conversation, uint id, uint behind) =>
        !MembershipView.SeesInOneStay(cluster.Reference, conversation, user, id, behind)
        || (cluster.Reference.Message(conversation, id) is { } cell
            && IMMsgData.Parser.ParseFrom(cell.Body.Span).MsgData is { Length: 2 * sizeof(uint) } content
            && BinaryPrimitives.ReadInt32BigEndian(content.Span) == device);

    /// <summary>A message of the device's own was answered with an id.</summary>
    public void Own(ConversationId conversation, uint id, ByteString content)
    {
        if (!_own.TryAdd((conversation, id), content) && _own[(conversation, id)] != content)
            Violate($"{conversation}: two sends were answered with {id}");
        if (cluster.Reference.Message(conversation, id) is not { } cell
            || IMMsgData.Parser.ParseFrom(cell.Body.Span).MsgData != content)
            Violate($"{conversation}: a send was answered with {id}, which is another message");
        Of(_held, conversation).Add(id);
    }

    /// <summary>Whether everything is here that the user may see now.</summary>
    public void CheckEnd()
    {
        foreach (var conversation in cluster.Reference.Conversations)
        {
            for (var id = 1u; id <= cluster.Reference.HeadOf(conversation); id++)
            {
                if (MembershipView.MustHold(cluster.Reference, conversation, user, id) && !Of(_held, conversation).Contains(id))
                    Violate($"{conversation}: message {id} never came");
            }
        }
    }

    private void Take(ConversationId conversation, uint id, ReadOnlySpan<byte> body, string how)
    {
        if (cluster.Reference.Message(conversation, id) is not { } right || !right.Body.Span.SequenceEqual(body))
            Violate($"{conversation}: message {id} {how} otherwise than it is");
        if (!MembershipView.Sees(cluster.Reference, conversation, user, id))
            Violate($"{conversation}: message {id} {how} and is none of the user's");
        Scheduler.Trace.Add(Scheduler.Now, $"device{device}", $"{how} in {conversation}", id);
        Of(_held, conversation).Add(id);
    }

    private static ConversationId ConversationOf(IMMsgData message)
    {
        if (message.MsgType is MsgType.GroupText or MsgType.GroupAudio)
            return ConversationId.Group(message.ToSessionId);
        return ConversationId.Pair(new(message.FromUserId), new(message.ToSessionId));
    }

    // What the list of conversations, the unread list and the history requests of a client come down to.
    private async Task<List<(ConversationId Conversation, StoredMessage Message)>> HistoryAsync(GatewayProcess gateway)
    {
        var cancellationToken = CancellationToken.None;
        var pairs = await gateway.Store.ConversationsOfAsync(user, 0, 1_000, cancellationToken);
        var groups = await gateway.Groups.GroupsOfAsync(user, cancellationToken);
        List<(ConversationId Conversation, uint After)> conversations =
        [
            .. pairs.Select(static one => (one.Conversation, 0u)),
            .. groups.Select(static one => (ConversationId.Group(one.Group), one.JoinHead)),
        ];
        var heads = await gateway.Store.HeadsAsync([.. conversations.Select(static one => one.Conversation)], cancellationToken);
        var found = new List<(ConversationId, StoredMessage)>();
        for (var i = 0; i < conversations.Count; i++)
        {
            var (conversation, after) = conversations[i];
            var head = heads[i]?.MessageId ?? 0;
            for (var from = Math.Max(after, HeldWithoutGap(conversation)) + 1; from <= head; from += PageMessages)
            {
                var to = Math.Min(head, from + PageMessages - 1);
                foreach (var message in await gateway.Store.ReadRangeAsync(conversation, from, to, cancellationToken))
                    found.Add((conversation, message));
            }
        }

        // Who was removed meanwhile must not be shown what came behind that.
        var left = groups.Select(static one => one.Group)
            .Except((await gateway.Groups.GroupsOfAsync(user, cancellationToken)).Select(static one => one.Group)).ToHashSet();
        found.RemoveAll(one => one.Item1.IsGroup && left.Contains(one.Item1.GroupId));
        return found;
    }

    private uint HeldWithoutGap(ConversationId conversation)
    {
        var last = 0u;
        while (Of(_held, conversation).Contains(last + 1))
            last++;
        return last;
    }

    private void Violate(string what) => Scheduler.Violate($"device {device} of user {user}: {what}");

    private static HashSet<uint> Of(Dictionary<ConversationId, HashSet<uint>> sets, ConversationId conversation)
    {
        if (!sets.TryGetValue(conversation, out var set))
            sets[conversation] = set = [];
        return set;
    }
}
