using System.Threading.Channels;
using BrokerIm.Contracts.Records;
using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using BrokerIm.Gateway.Presence;
using BrokerIm.Gateway.Sessions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BrokerIm.Gateway.Peers;

/// <summary>
/// Brings commands from client to client to the receiver's connections and the sender's others: here at once, and in one bus message
/// for as many as have gathered to those gateways where the two are.
/// </summary>
/// <remarks>Best effort: what cannot be sent now is worth nothing later, so nothing is tried twice and nobody waits.</remarks>
internal sealed class PeerRelay(
    ConnectionTable table,
    GatewayIdentity identity,
    IPresenceWriter presence,
    IDeliverySender sender,
    GatewayMetrics metrics,
    TimeProvider time,
    ILogger<PeerRelay> log) : BackgroundService
{
    private const int MaxWaiting = 8_192;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(2);

    private readonly Channel<Signal> _waiting = Channel.CreateBounded<Signal>(
        new BoundedChannelOptions(MaxWaiting) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    /// <summary>Takes a command of a session. Whatever it says of its sender, it is the session's user who sent it.</summary>
    public void Send(Session from, UserId to, string text)
    {
        if (!to.IsValid)
            return;

        Tell(from.User, to, text, except: from);
        var signal = new Signal
        {
            Kind = SignalKind.P2P,
            FromGateway = identity.Address.Id,
            FromIncarnation = identity.Address.Incarnation,
            User = from.User.Value,
            Peer = to.Value,
            Text = text,
        };
        if (!_waiting.Writer.TryWrite(signal))
            metrics.SignalsLost(1);
    }

    /// <summary>Acts on a command that came in at another gateway.</summary>
    public void Handle(Signal signal) => Tell(new(signal.User), new(signal.Peer), signal.Text, except: null);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (await _waiting.Reader.WaitToReadAsync(stoppingToken))
            await RelayAsync(SignalBatch.Take(_waiting.Reader), stoppingToken);
    }

    private void Tell(UserId from, UserId to, string text, Session? except)
    {
        var command = new IMP2PCmdMsg { FromUserId = from.Value, ToUserId = to.Value, CmdMsgData = text };
        TellUser(from, command, except);
        if (to != from)
            TellUser(to, command, except);
    }

    private void TellUser(UserId user, IMP2PCmdMsg command, Session? except)
    {
        foreach (var session in table.SessionsOf(user))
        {
            if (session != except)
                session.Send(Command.P2PCmdMsg, 0, command);
        }
    }

    private async Task RelayAsync(DeliveryBatch commands, CancellationToken stoppingToken)
    {
        using var deadline = new CancellationTokenSource(Deadline, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, stoppingToken);
        try
        {
            var batches = await ShareOutAsync(commands, either.Token);
            await Task.WhenAll(batches.Select(batch => sender.SendAsync(batch.Key, batch.Value, either.Token).AsTask()));
        }
        catch (Exception exception) when (exception is DependencyUnavailableException || deadline.IsCancellationRequested)
        {
            metrics.SignalsLost(commands.Signals.Count);
            log.PeerCommandsLost(exception, commands.Signals.Count);
        }
    }

    /// <summary>What each other gateway has to hear, in the order it was sent.</summary>
    private async Task<Dictionary<GatewayAddress, DeliveryBatch>> ShareOutAsync(
        DeliveryBatch commands, CancellationToken cancellationToken)
    {
        UserId[] users =
        [
            .. commands.Signals.SelectMany(static signal => new[] { signal.User, signal.Peer }).Distinct()
                .Select(static id => new UserId(id)),
        ];
        var present = await presence.FindAsync(users, cancellationToken);
        var gateways = users.Zip(present).ToDictionary(
            static user => user.First.Value, static user => user.Second.Select(static entry => entry.Gateway).ToArray());

        var batches = new Dictionary<GatewayAddress, DeliveryBatch>();
        foreach (var signal in commands.Signals)
        {
            foreach (var gateway in gateways[signal.User].Union(gateways[signal.Peer]))
            {
                if (gateway == identity.Address)
                    continue;
                if (!batches.TryGetValue(gateway, out var batch))
                    batches.Add(gateway, batch = new());
                batch.Signals.Add(signal);
            }
        }

        return batches;
    }
}
