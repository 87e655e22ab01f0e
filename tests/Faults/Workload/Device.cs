using System.Collections.Concurrent;
using BrokerIm.Client;
using BrokerIm.Contracts.Wire;
using BrokerIm.Faults.History;

namespace BrokerIm.Faults.Workload;

/// <summary>
/// A client of a user that writes down all it does and sees. A talking one uses the SDK as applications do, which comes back by
/// itself; a listening one takes pushes as they come, and when its connection is gone makes a new one and reads what it missed, as old
/// clients do.
/// </summary>
internal sealed class Device : IAsyncDisposable
{
    private static readonly TimeSpan s_betweenConnects = TimeSpan.FromMilliseconds(500);

    private const int FirstConnects = 20;

    private readonly RunClock _clock;
    private readonly HistoryFile _history;
    private readonly ImClientOptions _options;
    private readonly ConcurrentDictionary<string, Peer> _conversations = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly Holdings _held = new();
    private Task _living = Task.CompletedTask;
    private ImClient? _client;
    private readonly ConcurrentDictionary<string, uint> _marks = [];
    private int _outstanding;
    private int _numbers;

    public Device(string name, RunClock clock, HistoryFile history, ImClientOptions options) =>
        (Name, _clock, _history, _options) = (name, clock, history, options);

    public string Name { get; }

    /// <summary>Whose it is, once it is connected.</summary>
    public uint User { get; private set; }

    /// <summary>Messages without an outcome yet.</summary>
    public int Outstanding => Volatile.Read(ref _outstanding);

    /// <summary>What it takes part in.</summary>
    public IReadOnlyList<string> Conversations => [.. _conversations.Keys];

    /// <summary>Connects for the first time.</summary>
    /// <exception cref="ImException">It cannot, however often it tries.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var client = await ConnectAsync(cancellationToken);
        User = client.Self.UserId;
        _history.Add(new Connected(_clock.Now, Name, User));
        _living = LiveAsync(client);
    }

    /// <summary>It takes part in a conversation from now on.</summary>
    public void Join(string conversation, Peer peer) => _conversations[conversation] = peer;

    /// <summary>Makes a group of all these users.</summary>
    public async Task<uint> MakeGroupAsync(IReadOnlyList<uint> members, CancellationToken cancellationToken)
    {
        var invoked = _clock.Now;
        var made = await Client.CreateGroupAsync($"group of {Name}", members, "", cancellationToken);
        foreach (var member in made.Members)
            _history.Add(new MembershipChanged(_clock.Now, Name, ConversationKey.OfGroup(made.Group), invoked, member, true, true));
        return made.Group;
    }

    /// <summary>Adds somebody to a group or removes him.</summary>
    public async Task ChangeMemberAsync(uint group, uint user, bool isMember)
    {
        var invoked = _clock.Now;
        var isKnown = true;
        try
        {
            await (isMember
                ? Client.AddMembersAsync(group, [user], _stop.Token)
                : Client.RemoveMembersAsync(group, [user], _stop.Token));
        }
        catch (Exception exception) when (IsExpected(exception))
        {
            isKnown = false;
        }

        _history.Add(new MembershipChanged(_clock.Now, Name, ConversationKey.OfGroup(group), invoked, user, isMember, isKnown));
    }

    /// <summary>Sends a message; completes when its outcome is known, or when the device stops.</summary>
    /// <param name="conversation">One it takes part in.</param>
    /// <param name="again">Whether it is sent a second time under the same id, as after a lost answer.</param>
    /// <param name="random">For the padding.</param>
    public async Task SayAsync(string conversation, bool again, Random random)
    {
        var id = SendId.Create(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        var body = MessageBody.Make(conversation, Name, Interlocked.Increment(ref _numbers), $"{id}", random);
        Interlocked.Increment(ref _outstanding);
        try
        {
            if (await SendAsync(conversation, id, body) && again)
                await SendAsync(conversation, id, body);
        }
        finally
        {
            Interlocked.Decrement(ref _outstanding);
        }
    }

    /// <summary>Marks a conversation as read as far as it has all of it.</summary>
    public async Task MarkAsync(string conversation)
    {
        if (_held.FirstMissing(conversation) - 1 is > 0 and var id)
            await MarkAsync(conversation, id);
    }

    /// <summary>
    /// Repeats its last marks and says a last word after each: marks have no answer, but what comes after them in the same
    /// conversation has.
    /// </summary>
    public async Task SayFarewellAsync(Random random)
    {
        foreach (var conversation in Conversations)
        {
            if (_marks.TryGetValue(conversation, out var id))
                await MarkAsync(conversation, id);
            await SayAsync(conversation, again: false, random);
        }
    }

    /// <summary>Asks what is unread.</summary>
    public async Task ShowUnreadAsync(CancellationToken cancellationToken)
    {
        var invoked = _clock.Now;
        try
        {
            var unread = (await Client.GetUnreadAsync(cancellationToken)).ToDictionary(
                static one => Peer.Of(one.SessionType, one.SessionId), static one => (one.UnreadCnt, one.LatestMsgId));
            foreach (var (conversation, peer) in _conversations)
            {
                var (count, head) = unread.GetValueOrDefault(peer);
                _history.Add(new UnreadShown(_clock.Now, Name, conversation, invoked, count, head));
            }
        }
        catch (Exception exception) when (IsExpected(exception))
        {
            // A question without an answer says nothing.
        }
    }

    /// <summary>Reads a whole conversation.</summary>
    /// <returns>Its head; null when there was no answer.</returns>
    public async Task<uint?> ReadAsync(string conversation, uint from, CancellationToken cancellationToken)
    {
        try
        {
            var peer = _conversations[conversation];
            var head = await Client.GetLatestIdAsync(peer, cancellationToken);
            if (head < from)
                return head;

            var invoked = _clock.Now;
            var messages = await Client.GetHistoryAsync(peer, head, (int)(head - from + 1), cancellationToken);
            _history.Add(new PageRead(_clock.Now, Name, conversation, invoked, from, head, [.. messages.Select(Read)]));
            foreach (var message in messages)
                _held.Add(conversation, message.Id);
            return head;
        }
        catch (Exception exception) when (IsExpected(exception))
        {
            return null;
        }
    }

    /// <summary>The head of a conversation as the server tells it; null when there was no answer.</summary>
    public async Task<uint?> HeadAsync(string conversation, CancellationToken cancellationToken)
    {
        try
        {
            return await Client.GetLatestIdAsync(_conversations[conversation], cancellationToken);
        }
        catch (Exception exception) when (IsExpected(exception))
        {
            return null;
        }
    }

    /// <summary>Whether it is connected and has a conversation up to an id.</summary>
    public bool Holds(string conversation, uint head) => Client.IsConnected && _held.FirstMissing(conversation) > head;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        if (Volatile.Read(ref _client) is { } client)
            await client.DisposeAsync();
        await _living;
        await _history.DisposeAsync();
        _stop.Dispose();
    }

    // A server that has just started may be busy with everybody's login.
    private async Task<ImClient> ConnectAsync(CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await ImClient.ConnectAsync(_options, cancellationToken);
            }
            catch (Exception exception) when (exception is ImException or TimeoutException && attempt < FirstConnects)
            {
                await Task.Delay(s_betweenConnects, cancellationToken);
            }
        }
    }

    private ImClient Client => Volatile.Read(ref _client) ?? throw new InvalidOperationException($"{Name} was never started.");

    private static bool IsExpected(Exception exception) =>
        exception is ImException or TimeoutException or OperationCanceledException or ObjectDisposedException;

    private Task MarkAsync(string conversation, uint id)
    {
        _marks[conversation] = id;
        _history.Add(new Marked(_clock.Now, Name, conversation, id));
        return Client.MarkReadAsync(_conversations[conversation], id);
    }

    private async Task<bool> SendAsync(string conversation, SendId id, string body)
    {
        var cid = $"{id}";
        _history.Add(new SendInvoked(_clock.Now, Name, conversation, cid, MessageBody.HashOf(body)));
        try
        {
            var peer = _conversations[conversation];
            var sent = await Client.SendAsync(
                peer, peer.IsGroup ? MsgType.GroupText : MsgType.SingleText, TextCipher.Default.Encrypt(body), id, _stop.Token);
            _held.Add(conversation, sent.MessageId);
            _history.Add(new SendAcked(_clock.Now, Name, conversation, cid, sent.MessageId));
            return true;
        }
        catch (Exception exception) when (exception is SendRefusedException or SendConflictException)
        {
            _history.Add(new SendFailed(_clock.Now, Name, conversation, cid, exception.Message));
        }
        catch (Exception exception) when (IsExpected(exception))
        {
            _history.Add(new SendUnknown(_clock.Now, Name, conversation, cid, exception.Message));
        }

        return false;
    }

    private async Task LiveAsync(ImClient first)
    {
        for (var client = first; client is not null; client = await ComeBackAsync())
        {
            Volatile.Write(ref _client, client);
            if (_stop.IsCancellationRequested)
                await client.DisposeAsync();
            var catchingUp = client == first ? Task.CompletedTask : CatchUpAsync(client);
            await foreach (var happened in client.EventsAsync(CancellationToken.None))
                Note(happened);
            await catchingUp;
            await client.DisposeAsync();

            // At the end of the run devices are online, as far as the history goes.
            if (!_stop.IsCancellationRequested)
                _history.Add(new History.Disconnected(_clock.Now, Name, "The client has ended."));
        }
    }

    private async Task<ImClient?> ComeBackAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var client = await ImClient.ConnectAsync(_options, _stop.Token);
                _history.Add(new Connected(_clock.Now, Name, User));
                return client;
            }
            catch (Exception exception) when (IsExpected(exception))
            {
                await Task.Delay(s_betweenConnects, CancellationToken.None);
            }
        }

        return null;
    }

    // Registered first, read then: what comes in between is pushed. A store that is away is asked again.
    private async Task CatchUpAsync(ImClient client)
    {
        foreach (var conversation in Conversations)
        {
            while (client.IsConnected && await ReadAsync(conversation, _held.FirstMissing(conversation), _stop.Token) is null)
                await Task.Delay(s_betweenConnects, CancellationToken.None);
        }
    }

    private void Note(ImEvent happened)
    {
        if (happened is not MessageReceived { Message: var message })
            return;

        var conversation = message.Peer.IsGroup
            ? ConversationKey.OfGroup(message.Peer.Id)
            : ConversationKey.OfPair(User, message.Peer.Id);
        var (cid, hash) = MessageBody.Read(message.Text);
        _history.Add(new Pushed(_clock.Now, Name, conversation, message.Id, cid, hash));
        _held.Add(conversation, message.Id);
    }

    private static PageMessage Read(ChatMessage message)
    {
        var (cid, hash) = MessageBody.Read(message.Text);
        return new(message.Id, cid, hash, message.From);
    }
}
