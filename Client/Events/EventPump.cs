using System.Threading.Channels;

namespace BrokerIm.Client.Events;

/// <summary>
/// Carries events to the application at the pace it reads them, and fetches missing messages on the way. The one place that
/// waits for the application, so the receiving loop never does.
/// </summary>
internal sealed class EventPump(
    ConversationTable conversations, Notices notices, IGapRepair repair, WakeUp wakeUp, int capacity)
{
    private readonly Channel<ImEvent> _events = Channel.CreateBounded<ImEvent>(capacity);
    private volatile ImEvent? _lastEvent;

    /// <summary>For the application.</summary>
    public ChannelReader<ImEvent> Events => _events.Reader;

    /// <summary>Adds an event that is not a message.</summary>
    public void Notify(ImEvent notice)
    {
        notices.Put(notice);
        wakeUp.Set();
    }

    /// <summary>Hands on an event as it is, past all bookkeeping; waits for the application.</summary>
    public async ValueTask PassAsync(ImEvent raw)
    {
        while (!_events.Writer.TryWrite(raw))
        {
            if (!await _events.Writer.WaitToWriteAsync())
                return;
        }
    }

    /// <summary>Ends the events once those that are due were read.</summary>
    public void Finish(ImEvent lastEvent)
    {
        _lastEvent ??= lastEvent;
        wakeUp.Set();
    }

    /// <summary>Runs until <see cref="Finish"/>, or until it is stopped because nobody will read any more.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            while (_lastEvent is null)
            {
                await wakeUp.WaitAsync(stop);
                await EmptyAsync(stop);
            }

            await EmptyAsync(stop);
            await _events.Writer.WriteAsync(_lastEvent, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Disposed: whoever still reads gets what is in the channel and then its end.
        }
        finally
        {
            _events.Writer.TryComplete();
        }
    }

    private async Task EmptyAsync(CancellationToken stop)
    {
        while (true)
        {
            if (notices.TryTake(out var notice))
                await _events.Writer.WriteAsync(notice, stop);
            else if (!conversations.TryNext(out var step))
                return;
            else if (step.Kind == ConversationStepKind.Deliver)
                await _events.Writer.WriteAsync(new MessageReceived(step.Message!), stop);
            else
                await repair.TryRepairAsync(step, stop);
        }
    }
}
