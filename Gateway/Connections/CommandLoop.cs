using System.Buffers;
using System.IO.Pipelines;
using BrokerIm.Contracts.Wire;
using BrokerIm.Gateway.Commands;
using BrokerIm.Gateway.Sessions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace BrokerIm.Gateway.Connections;

/// <summary>Reads a connection frame by frame and has each handled before it looks at the next (protocol chapter 01 section 9).</summary>
internal sealed class CommandLoop(
    CommandDispatcher dispatcher,
    IOptions<GatewayOptions> options,
    GatewayMetrics metrics,
    TimeProvider time,
    ILogger<CommandLoop> log)
{
    private readonly int _maxBeforeLogin = options.Value.MaxFrameBytesBeforeLogin;
    private readonly int _maxAfterLogin = options.Value.MaxFrameBytes;
    private readonly FrameProgress _progress = new(options.Value, time);

    /// <summary>Serves the session until it is kicked or closed; ends the session when the client hangs up.</summary>
    public async Task RunAsync(Session session, PipeReader input)
    {
        var begunAt = 0L;
        while (IsServed(session))
        {
            // Here and not in a method of its own, whose state every idle connection would keep.
            ReadResult read;
            try
            {
                read = await input.ReadAsync(CancellationToken.None);
            }
            catch (Exception exception) when (IsEndOfInput(exception))
            {
                session.Close(CloseReason.PeerClosed);
                return;
            }

            if (!read.Buffer.IsEmpty)
                session.Touch();
            var rest = await HandleAsync(session, read.Buffer);
            if (IsServed(session))
                _progress.Note(session, read.Buffer, rest, ref begunAt);
            input.AdvanceTo(rest, read.Buffer.End);
            if (read.IsCompleted)
                session.Close(CloseReason.PeerClosed);
        }

        if (session.IsPaused)
            await session.UntilClosedAsync();
    }

    /// <summary>Takes what a kicked client still sends, unread, until one of the two sides closes.</summary>
    public static async Task DiscardAsync(Session session, PipeReader input)
    {
        try
        {
            while (session.State != SessionState.Closed)
            {
                var read = await input.ReadAsync(CancellationToken.None);
                input.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                    session.Close(CloseReason.Kicked);
            }
        }
        catch (Exception exception) when (IsEndOfInput(exception))
        {
            session.Close(CloseReason.PeerClosed);
        }
    }

    private static bool IsServed(Session session) => session.IsServing && !session.IsPaused;

    // Reset by the client or aborted by us; in the second case the reason is noted already.
    private static bool IsEndOfInput(Exception exception) => exception is IOException or OperationCanceledException;

    // Handles every complete frame; what is returned is where the incomplete rest begins.
    private async ValueTask<SequencePosition> HandleAsync(Session session, ReadOnlySequence<byte> buffer)
    {
        while (IsServed(session))
        {
            var max = session.IsLoggedIn ? _maxAfterLogin : _maxBeforeLogin;
            switch (FrameReader.TryRead(ref buffer, max, out var header, out var body))
            {
                case FrameReadResult.Frame:
                    // From here on it is us who take our time.
                    session.ExpectNothing();

                    // Who does not read answers may not ask more: its answers would pile up here.
                    await session.WaitUntilWritableAsync();

                    // A full buffer under a rate limit may take minutes; the client is alive all the same.
                    session.Touch();
                    await dispatcher.DispatchAsync(session, header, body);
                    break;
                case FrameReadResult.Incomplete:
                    return buffer.Start;
                case FrameReadResult.Malformed:
                    Refuse(session, FrameRejects.Malformed, CloseReason.MalformedFrame);
                    break;
                case FrameReadResult.TooLarge:
                    Refuse(session, FrameRejects.TooLarge, CloseReason.FrameTooLarge);
                    break;
                default:
                    throw new InvalidOperationException("FrameReader gave a result that is not one of its own.");
            }
        }

        return buffer.Start;
    }

    private void Refuse(Session session, string reject, CloseReason reason)
    {
        metrics.FrameRejected(reject);
        log.FramingBroken(session.Id, reject);
        session.Close(reason);
    }
}
