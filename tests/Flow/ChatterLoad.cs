using System.Collections.Concurrent;
using BrokerIm.Client;

namespace BrokerIm.Tests.Flow;

/// <summary>
/// Pairs of users who write to each other without pause through the client SDK, and what must hold afterwards: nothing lost,
/// nothing doubled, one order, dense ids.
/// </summary>
internal sealed class ChatterLoad : IAsyncDisposable
{
    private readonly List<Chatter> _chatters = [];
    private readonly CancellationTokenSource _stop = new();
    private int _acked;
    private TaskCompletionSource? _milestone;
    private int _milestoneAt;

    private ChatterLoad()
    {
    }

    /// <summary>Messages acknowledged so far.</summary>
    public int Acked => Volatile.Read(ref _acked);

    /// <summary>Logs the users in, two by two, and starts writing.</summary>
    public static async Task<ChatterLoad> StartAsync(
        Installation installation, string[] users, int outstanding, CancellationToken cancellationToken)
    {
        var load = new ChatterLoad();
        foreach (var name in users)
            load._chatters.Add(new(await installation.ConnectAsync(name, cancellationToken)));
        for (var i = 0; i < users.Length; i += 2)
        {
            load._chatters[i].Begin(load, load._chatters[i + 1].User, outstanding);
            load._chatters[i + 1].Begin(load, load._chatters[i].User, outstanding);
        }

        return load;
    }

    /// <summary>Waits until so many more messages were acknowledged.</summary>
    public async Task WaitForAckedAsync(int more, CancellationToken cancellationToken)
    {
        var milestone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _milestoneAt = Acked + more;
        Volatile.Write(ref _milestone, milestone);
        await milestone.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Stops writing, waits until every message has its answer, and checks.</summary>
    public async Task StopAndVerifyAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        foreach (var chatter in _chatters)
            await chatter.FinishSendingAsync(cancellationToken);
        foreach (var chatter in _chatters)
            await chatter.VerifyAsync(_chatters.Single(other => other.User == chatter.Peer), cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        foreach (var chatter in _chatters)
            await chatter.DisposeAsync();
        _stop.Dispose();
    }

    private void CountAck()
    {
        var acked = Interlocked.Increment(ref _acked);
        if (Volatile.Read(ref _milestone) is { } milestone && acked >= _milestoneAt)
            milestone.TrySetResult();
    }

    private sealed class Chatter(ImClient client) : IAsyncDisposable
    {
        private readonly ConcurrentDictionary<uint, string> _acked = [];
        private readonly List<ChatMessage> _received = [];
        private readonly SemaphoreSlim _arrived = new(0);
        private Task _sending = Task.CompletedTask;
        private Task _receiving = Task.CompletedTask;

        public uint User => client.Self.UserId;

        public uint Peer { get; private set; }

        public void Begin(ChatterLoad load, uint peer, int outstanding)
        {
            Peer = peer;
            _receiving = ReceiveAsync();
            _sending = Task.WhenAll(Enumerable.Range(0, outstanding).Select(lane => SendAsync(load, lane)));
        }

        public Task FinishSendingAsync(CancellationToken cancellationToken) => _sending.WaitAsync(cancellationToken);

        public async Task VerifyAsync(Chatter other, CancellationToken cancellationToken)
        {
            var head = await client.GetLatestIdAsync(Peer, cancellationToken);
            var history = await client.GetHistoryAsync(Peer, 0, (int)head + 10, cancellationToken);
            Assert.Equal(Enumerable.Range(1, (int)head).Select(id => (uint)id), history.Select(message => message.Id));

            var texts = history.ToDictionary(message => message.Id, message => message.Text);
            Assert.Equal(texts.Count, texts.Values.Distinct().Count());
            Assert.All(_acked, sent => Assert.Equal(sent.Value, texts[sent.Key]));
            Assert.Equal(head, (uint)(_acked.Count + other._acked.Count));

            // Every message of the other side, once and in order; the last ones may still be on their way.
            var expected = history.Where(message => message.From == Peer).Select(message => message.Id).ToList();
            while (Received() < expected.Count)
                await _arrived.WaitAsync(cancellationToken);
            lock (_received)
                Assert.Equal(expected, _received.Select(message => message.Id));
        }

        public async ValueTask DisposeAsync()
        {
            await client.DisposeAsync();
            await _receiving;
            _arrived.Dispose();
        }

        private int Received()
        {
            lock (_received)
                return _received.Count;
        }

        private async Task SendAsync(ChatterLoad load, int lane)
        {
            for (var number = 0; !load._stop.IsCancellationRequested; number++)
            {
                var text = $"{User} to {Peer}: {lane}/{number}";
                var id = await SendAsync(text);
                Assert.True(_acked.TryAdd(id, text), $"Id {id} was given twice.");
                load.CountAck();
            }
        }

        /// <summary>
        /// A client that was away while its partner wrote more than a window of messages is told that its retry is too old to be
        /// recognised; it then looks before it sends anew.
        /// </summary>
        private async Task<uint> SendAsync(string text)
        {
            while (true)
            {
                try
                {
                    return (await client.SendTextAsync(Peer, text, CancellationToken.None)).MessageId;
                }
                catch (SendStaleException)
                {
                    var head = await client.GetLatestIdAsync(Peer, CancellationToken.None);
                    var history = await client.GetHistoryAsync(Peer, 0, (int)head, CancellationToken.None);
                    if (history.FirstOrDefault(message => message.Text == text) is { } stored)
                        return stored.Id;
                }
            }
        }

        private async Task ReceiveAsync()
        {
            await foreach (var happened in client.EventsAsync(CancellationToken.None))
            {
                if (happened is not MessageReceived { Message: var message } || message.From == User)
                    continue;
                lock (_received)
                    _received.Add(message);
                _arrived.Release();
            }
        }
    }
}
