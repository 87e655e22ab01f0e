using System.Buffers;
using System.IO.Pipelines;
using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Ports;
using BrokerIm.Core.Values;
using BrokerIm.Gateway.Sessions;
using Google.Protobuf;
using Microsoft.AspNetCore.Connections;

namespace BrokerIm.Simulation.Clients;

/// <summary>
/// A client's connection to a gateway: a real session at one end, the client at the other. What either writes comes to the other in its
/// order and after some time, or never when the gateway dies before.
/// </summary>
internal sealed class Connection
{
    private static readonly TimeSpan s_quick = TimeSpan.FromMilliseconds(5);

    private readonly GatewayProcess _gateway;
    private readonly Action<FrameHeader, byte[]> _received;
    private readonly Pipe _toClient = new(new(pauseWriterThreshold: 0, useSynchronizationContext: false));
    private readonly Queue<Func<Task>> _commands = [];
    private readonly Session _session;
    private TimeSpan _toClientAt;
    private TimeSpan _toServerAt;
    private bool _busy;
    private bool _hungUp;

    /// <summary>Connects.</summary>
    /// <param name="gateway">To whom.</param>
    /// <param name="received">Called with each frame, as long as the client has not hung up.</param>
    public Connection(GatewayProcess gateway, Action<FrameHeader, byte[]> received)
    {
        (_gateway, _received) = (gateway, received);
        var context = new DefaultConnectionContext("client")
        {
            Transport = new Duplex(new Pipe().Reader, new Announcing(_toClient.Writer, Carry)),
        };
        _session = new(gateway.Connections.NextId(), context, gateway.Options, gateway.Node.Time);
        gateway.Connections.Add(_session);
    }

    /// <summary>Whether the client can know that nobody is there any more.</summary>
    public bool IsBroken => _gateway.Node.IsDead || _session.State is SessionState.Kicked or SessionState.Closed;

    /// <summary>The gateway at the other end.</summary>
    public GatewayProcess Gateway => _gateway;

    /// <summary>Asks to be let in; the password was right.</summary>
    public void LogIn(UserId user, ClientType client) => Do(() => LogInAsync(user, client));

    /// <summary>Sends a PDU.</summary>
    public void Send(ushort command, ushort sequence, IMessage body) => Do(async () =>
    {
        if (!_session.IsLoggedIn || _gateway.Commands.Find(command) is not { } handler)
            return;

        var bytes = new ReadOnlySequence<byte>(body.ToByteArray());
        await handler(_session, FrameHeader.For(command, (int)bytes.Length, sequence), bytes, _session.Closed);
    });

    /// <summary>Asks something that the gateway answers from the store; the answer comes after some time.</summary>
    public void Ask(Func<GatewayProcess, Task<Action>> question) => Do(async () =>
    {
        var answer = await question(_gateway);
        ToClient(answer);
    });

    /// <summary>The client is gone. The gateway notices some time later.</summary>
    public void HangUp()
    {
        if (_hungUp)
            return;

        _hungUp = true;
        _gateway.Cluster.Scheduler.After(_gateway.Cluster.Scheduler.Within(TimeSpan.FromSeconds(5)), _gateway.Node, "a client is gone", () =>
            _gateway.Node.Start("a departure", async () =>
            {
                _session.Close(CloseReason.PeerClosed);
                _gateway.Connections.Remove(_session);
                await _gateway.Departures.LeaveAsync(_session);
            }));
    }

    private async Task LogInAsync(UserId user, ClientType client)
    {
        try
        {
            var response = new IMLoginRes { ServerTime = 0, ResultCode = ResultType.Ok };
            await _gateway.Arrivals.EnterAsync(_session, user, client, sequence: 1, response, _session.Closed);
        }
        catch (DependencyUnavailableException)
        {
            _session.Close(CloseReason.Failed);
        }
    }

    // Commands of a connection come one after the other.
    private void Do(Func<Task> command)
    {
        var scheduler = _gateway.Cluster.Scheduler;
        _toServerAt = Later(_toServerAt);
        scheduler.After(_toServerAt - scheduler.Now, _gateway.Node, "", () =>
        {
            if (_session.State == SessionState.Closed)
                return;
            _commands.Enqueue(command);
            if (!_busy)
                _gateway.Node.Start("a command", WorkAsync);
        });
    }

    private async Task WorkAsync()
    {
        _busy = true;
        while (_commands.TryDequeue(out var command))
        {
            try
            {
                await command();
            }
            catch (DependencyUnavailableException)
            {
                // As the command loop does it: no answer, and the client may ask again.
            }
            catch (OperationCanceledException) when (_session.Closed.IsCancellationRequested)
            {
                break;
            }
        }

        _busy = false;
    }

    // Whatever was flushed travels together.
    private void Carry()
    {
        var frames = new List<(FrameHeader, byte[])>();
        while (_toClient.Reader.TryRead(out var read))
        {
            var buffer = read.Buffer;
            var result = FrameReader.TryRead(ref buffer, int.MaxValue, out var header, out var body);
            if (result == FrameReadResult.Frame)
                frames.Add((header, body.ToArray()));
            _toClient.Reader.AdvanceTo(buffer.Start, result == FrameReadResult.Frame ? buffer.Start : read.Buffer.End);
            if (result != FrameReadResult.Frame || buffer.IsEmpty)
                break;
        }

        ToClient(() =>
        {
            foreach (var (header, body) in frames)
                _received(header, body);
        });
    }

    private void ToClient(Action action)
    {
        var scheduler = _gateway.Cluster.Scheduler;
        _toClientAt = Later(_toClientAt);
        scheduler.After(_toClientAt - scheduler.Now, null, "", () =>
        {
            if (!_hungUp && !_gateway.Node.IsDead)
                action();
        });
    }

    private TimeSpan Later(TimeSpan last)
    {
        var scheduler = _gateway.Cluster.Scheduler;
        var at = scheduler.Now + scheduler.Within(s_quick);
        return at > last ? at : last;
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    private sealed class Announcing(PipeWriter inner, Action flushed) : PipeWriter
    {
        public override void Advance(int bytes) => inner.Advance(bytes);

        public override Memory<byte> GetMemory(int sizeHint = 0) => inner.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => inner.GetSpan(sizeHint);

        public override void CancelPendingFlush() => inner.CancelPendingFlush();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
        {
            var result = inner.FlushAsync(cancellationToken);
            flushed();
            return result;
        }
    }
}
