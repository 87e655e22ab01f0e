using System.Buffers;
using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Ports;
using BrokerIm.Gateway.Sessions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace BrokerIm.Gateway.Commands;

/// <summary>Finds out whether a command may be handled now, and by whom.</summary>
internal sealed class CommandDispatcher(
    CommandTable table, IOptions<GatewayOptions> options, GatewayMetrics metrics, TimeProvider time, ILogger<CommandDispatcher> log)
{
    private readonly int _maxBeforeLogin = options.Value.MaxCommandsBeforeLogin;

    /// <summary>Handles one frame; the next one of the connection waits for the returned task.</summary>
    public ValueTask DispatchAsync(Session session, FrameHeader header, ReadOnlySequence<byte> body)
    {
        if (!session.IsLoggedIn && !IsAllowedBeforeLogin(header.Command))
        {
            IgnoreBeforeLogin(session);
            return default;
        }

        if (table.Find(header.Command) is not { } handler)
        {
            // Real clients send commands that nobody ever answered (protocol chapter 01 section 6).
            metrics.FrameRejected(FrameRejects.UnknownCommand);
            return default;
        }

        metrics.CommandReceived(header.Command);
        var wait = WaitOf(session, header.Command);
        return wait > TimeSpan.Zero
            ? HandleLaterAsync(wait, handler, session, header, body)
            : HandleAsync(handler, session, header, body);
    }

    private static bool IsAllowedBeforeLogin(ushort command) =>
        command is Command.LoginReq or Command.Heartbeat or Command.ClientTimeReq or Command.MsgServReq;

    private static TimeSpan WaitOf(Session session, ushort command)
    {
        var wait = Take(session.CommandRate);
        return command switch
        {
            Command.MsgData => Longest(wait, Take(session.Rate), Take(session.UserRate)),

            // A changed profile is told to everybody, so one client must not keep everybody busy.
            Command.ChangeSignInfoReq or Command.ChangeAvatarReq => Longest(wait, Take(session.ProfileRate), TimeSpan.Zero),
            _ => wait,
        };
    }

    private static TimeSpan Take(MessageRate? rate) => rate?.Take() ?? TimeSpan.Zero;

    private static TimeSpan Longest(TimeSpan one, TimeSpan other, TimeSpan third)
    {
        var longer = one > other ? one : other;
        return longer > third ? longer : third;
    }

    private void IgnoreBeforeLogin(Session session)
    {
        metrics.FrameRejected(FrameRejects.NotLoggedIn);
        if (++session.CommandsBeforeLogin < _maxBeforeLogin)
            return;
        log.NeverLoggedIn(session.Id, session.CommandsBeforeLogin);
        session.Close(CloseReason.NotLoggedIn);
    }

    // Not reading on is the back-pressure: the sender's own buffers fill up.
    private async ValueTask HandleLaterAsync(
        TimeSpan wait, CommandHandler handler, Session session, FrameHeader header, ReadOnlySequence<byte> body)
    {
        // Counted once the clock runs, so that whoever sees the count may rely on it.
        var turn = Task.Delay(wait, time, session.Closed);
        metrics.MessageSlowed();
        await turn.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!session.Closed.IsCancellationRequested)
            await HandleAsync(handler, session, header, body);
    }

    private ValueTask HandleAsync(CommandHandler handler, Session session, FrameHeader header, ReadOnlySequence<byte> body)
    {
        ValueTask handled;
        try
        {
            handled = handler(session, header, body, session.Closed);
            if (handled.IsCompletedSuccessfully)
                return default;
        }
        catch (DependencyUnavailableException exception)
        {
            log.CommandUnanswered(exception, session.Id, header.Command);
            return default;
        }

        return AwaitAsync(handled, session, header.Command);
    }

    private async ValueTask AwaitAsync(ValueTask handled, Session session, ushort command)
    {
        try
        {
            await handled;
        }
        catch (DependencyUnavailableException exception)
        {
            log.CommandUnanswered(exception, session.Id, command);
        }
        catch (OperationCanceledException) when (session.Closed.IsCancellationRequested)
        {
            // Nobody waits for this answer any more.
        }
    }
}
