using System.Buffers;
using System.IO.Pipelines;
using BrokerIm.Contracts.Wire;
using BrokerIm.Gateway.Transport;
using Google.Protobuf;

namespace BrokerIm.Gateway.Sessions;

/// <summary>
/// What goes out on one connection. Any thread may write; frames never mix. One flush runs at a time, and what is written
/// meanwhile waits in a backlog and leaves with the next one, so a busy connection is flushed once per batch by itself.
/// </summary>
/// <remarks>
/// A <see cref="PipeWriter"/> must not be touched while it flushes. The flag <c>_flushing</c> therefore hands the pipe to whoever
/// flushes; everybody else sees the backlog.
/// </remarks>
internal sealed class Outbox(PipeWriter pipe, int backlogBytesMax, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Backlog _backlog = new();
    private TaskCompletionSource? _flushed;
    private bool _flushing;
    private bool _unflushed;
    private bool _ended;
    private long _stalledSince;

    /// <summary>Appends one frame; the body is encoded in place.</summary>
    /// <returns>False when too much waits behind a client that does not read.</returns>
    public bool Append(ushort command, ushort sequence, IMessage body)
    {
        lock (_gate)
        {
            if (!_ended)
                FrameWriter.Write(Target(), command, sequence, body);
            return HasRoom();
        }
    }

    /// <summary>Appends bytes that are one or more whole frames.</summary>
    /// <inheritdoc cref="Append(ushort, ushort, IMessage)"/>
    public bool Append(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        lock (_gate)
        {
            if (_ended)
                return true;
            var target = Target();
            target.Write(first);
            target.Write(second);
            return HasRoom();
        }
    }

    /// <summary>Asks for everything appended so far to leave. Never waits.</summary>
    public void Flush()
    {
        lock (_gate)
        {
            if (_flushing || _ended || !_unflushed)
                return;
            _flushing = true;
            _unflushed = false;
        }

        var flush = pipe.FlushAsync(CancellationToken.None);
        while (flush.IsCompletedSuccessfully)
        {
            if (!GoOn(flush.Result))
                return;
            flush = pipe.FlushAsync(CancellationToken.None);
        }

        // The client reads more slowly than we write. EndAsync waits for this task through _flushed; it cannot fail.
        _ = FinishAsync(flush);
    }

    /// <summary>Whether a flush waits for the client to read.</summary>
    public bool IsStalled => Volatile.Read(ref _stalledSince) != 0;

    /// <summary>Completes as soon as a stalled flush makes progress; at once when none is stalled.</summary>
    public Task WaitUntilWritable() => IsStalled ? NextFlushed() : Task.CompletedTask;

    /// <summary>How long the present flush has been waiting for the client to read; zero when none is.</summary>
    public TimeSpan StalledFor()
    {
        var since = Volatile.Read(ref _stalledSince);
        return since == 0 ? TimeSpan.Zero : time.GetElapsedTime(since);
    }

    /// <summary>Lets everything appended leave, then takes nothing more. Aborting the connection ends the wait.</summary>
    public async ValueTask EndAsync()
    {
        while (true)
        {
            Flush();
            Task flushed;
            lock (_gate)
            {
                if (!_flushing)
                {
                    End();
                    return;
                }

                flushed = NextFlushed();
            }

            await flushed;
        }
    }

    private IBufferWriter<byte> Target()
    {
        _unflushed = true;
        return _flushing ? _backlog : pipe;
    }

    private bool HasRoom() => _backlog.Length <= backlogBytesMax;

    private async Task FinishAsync(ValueTask<FlushResult> flush)
    {
        try
        {
            while (true)
            {
                // 0 says that nothing is stalled.
                Volatile.Write(ref _stalledSince, Math.Max(1, time.GetTimestamp()));
                if (!GoOn(await flush))
                    return;
                flush = pipe.FlushAsync(CancellationToken.None);
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // The transport is gone; the reading side sees and reports why.
            lock (_gate)
            {
                End();
                FlushEnded(goesOn: false);
            }
        }
    }

    // After each flush: true when more came meanwhile and has been moved into the pipe.
    private bool GoOn(FlushResult result)
    {
        lock (_gate)
        {
            if (result.IsCompleted || result.IsCanceled)
                End();

            var more = _backlog.Length > 0;
            if (more)
                _backlog.MoveTo(pipe);
            _unflushed = false;
            FlushEnded(more);
            return more;
        }
    }

    private void FlushEnded(bool goesOn)
    {
        _flushing = goesOn;
        Volatile.Write(ref _stalledSince, 0);
        _flushed?.SetResult();
        _flushed = null;
    }

    private void End()
    {
        _ended = true;
        _backlog.Clear();
    }

    private Task NextFlushed()
    {
        lock (_gate)
        {
            return _flushing ? (_flushed ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task : Task.CompletedTask;
        }
    }
}
