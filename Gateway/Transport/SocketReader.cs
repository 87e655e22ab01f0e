using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Threading.Tasks.Sources;
using Microsoft.AspNetCore.Connections;

namespace BrokerIm.Gateway.Transport;

/// <summary>
/// What comes in on one socket, for one reader. While nothing has come no memory is held: the system is asked to tell of the first byte
/// (a receive of zero bytes), and only then is a buffer borrowed, until all of it is consumed.
/// </summary>
/// <remarks>
/// A read that waited goes on where the system told of its bytes, so whoever reads must not block. One that was called away goes on in
/// the thread pool, because whoever calls may hold locks.
/// </remarks>
internal sealed class SocketReader : PipeReader, IValueTaskSource<ReadResult>, IDisposable
{
    private const int LeastBytes = 4 * 1024;
    private const int MostBytes = 64 * 1024;

    // Less room than this is not worth a call to the system.
    private const int LeastRoom = 512;

    private readonly Lock _gate = new();
    private readonly Socket _socket;
    private readonly Arrival _arrival;
    private ManualResetValueTaskSourceCore<ReadResult> _read;
    private ReadOnlySequence<byte> _shown;
    private byte[] _buffer = [];
    private int _start;
    private int _end;
    private int _nextBytes = LeastBytes;
    private bool _allExamined = true;
    private bool _expecting;
    private bool _arrived;
    private bool _awaited;
    private bool _filling;
    private bool _cancelled;
    private bool _ended;
    private Exception? _failure;

    /// <summary>Reads from a connected, non-blocking socket.</summary>
    public SocketReader(Socket socket)
    {
        _socket = socket;
        _arrival = new(this);
    }

    /// <summary>Waits for bytes or for the end, and a connection that is lost or reset has ended too: many clients leave like that.</summary>
    /// <exception cref="ConnectionAbortedException">This side closed the connection.</exception>
    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.CanBeCanceled)
            return ReadUntilAsync(cancellationToken);

        short version;
        bool expecting, arrived;
        lock (_gate)
        {
            if (_failure is not null)
                return ValueTask.FromException<ReadResult>(_failure);
            if (TryShow(out var result))
                return new(result);

            _read.Reset();
            version = _read.Version;
            _awaited = true;
            (expecting, arrived) = (_expecting, _arrived);
            (_expecting, _arrived) = (true, false);
        }

        if (!expecting)
            Receive(arrived);
        return new(this, version);
    }

    public override bool TryRead(out ReadResult result)
    {
        lock (_gate)
            return TryShow(out result);
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        lock (_gate)
        {
            _start += (int)_shown.Slice(0, consumed).Length;
            _allExamined = _shown.Slice(examined).IsEmpty;
            _shown = default;
            if (_start < _end)
                return;

            if (_buffer.Length > 0)
                ArrayPool<byte>.Shared.Return(_buffer);
            Forget();
        }
    }

    /// <summary>Has the read that waits, or else the next one, come back with what there is.</summary>
    public override void CancelPendingRead()
    {
        ReadResult result;
        lock (_gate)
        {
            _cancelled = true;

            // One that brings bytes at this moment does so, and the next one comes back at once.
            if (!_awaited || _filling)
                return;
            _awaited = false;
            TryShow(out result);
        }

        ThreadPool.UnsafeQueueUserWorkItem(static call => call.Reader._read.SetResult(call.Result), (Reader: this, Result: result), preferLocal: false);
    }

    /// <summary>Nothing is read any more. Closing the socket, whoever does it, ends what is under way.</summary>
    public override void Complete(Exception? exception = null)
    {
        lock (_gate)
        {
            _failure ??= new ConnectionAbortedException("The connection is no longer read.");

            // Left to the collector and not given back: should anybody still look at it, he sees his own bytes. Whoever fills it just now
            // goes on with what he has.
            if (!_filling)
                Forget();
        }

        Dispose();
    }

    /// <summary>Ends what the system knows of this reader; part of <see cref="Complete"/>.</summary>
    public void Dispose() => _arrival.Dispose();

    ReadResult IValueTaskSource<ReadResult>.GetResult(short token) => _read.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<ReadResult>.GetStatus(short token) => _read.GetStatus(token);

    void IValueTaskSource<ReadResult>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _read.OnCompleted(continuation, state, token, flags);

    private async ValueTask<ReadResult> ReadUntilAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await using var registration = cancellationToken.UnsafeRegister(static reader => ((SocketReader)reader!).CancelPendingRead(), this);
        var result = await ReadAsync(CancellationToken.None);
        if (result.IsCanceled)
            cancellationToken.ThrowIfCancellationRequested();
        return result;
    }

    // Under the gate: what can be said without waiting.
    private bool TryShow(out ReadResult result)
    {
        result = default;
        if (_allExamined && !_cancelled && !_ended)
            return false;

        _shown = new(_buffer, _start, _end - _start);
        result = new(_shown, _cancelled, _ended);
        _cancelled = false;
        return true;
    }

    private void Forget()
    {
        _buffer = [];
        _start = _end = 0;
        _allExamined = true;
    }

    // One at a time: whoever set _expecting, until it is taken back.
    private void Receive(bool arrived)
    {
        try
        {
            while (arrived || !_socket.ReceiveAsync(_arrival))
            {
                if (TryFinish(arrived ? SocketError.Success : _arrival.SocketError))
                    return;
                arrived = false;
            }
        }
        catch (ObjectDisposedException)
        {
            Fail(SocketError.OperationAborted);
        }
    }

    // False when there was nothing after all, so that the system has to be asked again.
    private bool TryFinish(SocketError error)
    {
        if (error == SocketError.Success)
        {
            if (!MayFill())
                return true;
            error = Fill();
            if (error == SocketError.WouldBlock && WaitsStill())
                return false;
        }

        if (error is SocketError.Success or SocketError.WouldBlock)
            Show();
        else
            Fail(error);
        return true;
    }

    private bool MayFill()
    {
        lock (_gate)
        {
            _filling = _awaited;

            // Whoever waited was called away and may be looking at the buffer: the bytes stay with the system until he is back.
            if (!_filling)
                (_expecting, _arrived) = (false, true);
            return _filling;
        }
    }

    private bool WaitsStill()
    {
        lock (_gate)
        {
            // Called away meanwhile: it counts as filling until it is shown, or who calls a second time would complete it as well.
            _filling = _cancelled;
            return !_cancelled;
        }
    }

    private SocketError Fill()
    {
        MakeRoom();
        var room = _buffer.AsSpan(_end);
        if (TryReceive(room, out var count) is var error and not SocketError.Success)
            return error;

        // As much as there was room for: probably there is more, and the next buffer may be larger.
        _nextBytes = count == room.Length ? Math.Min(2 * _buffer.Length, MostBytes) : LeastBytes;
        _end += count;
        _allExamined = false;
        _ended = count == 0;
        return SocketError.Success;
    }

    private SocketError TryReceive(Span<byte> room, out int count)
    {
        try
        {
            count = _socket.Receive(room, SocketFlags.None, out var error);
            return error;
        }
        catch (ObjectDisposedException)
        {
            // By another thread, between the word that there is something and this call.
            count = 0;
            return SocketError.OperationAborted;
        }
    }

    private void MakeRoom()
    {
        if (_buffer.Length == 0)
            _buffer = ArrayPool<byte>.Shared.Rent(_nextBytes);
        else if (_buffer.Length - _end < LeastRoom)
            Move(_start >= LeastRoom ? _buffer : ArrayPool<byte>.Shared.Rent(2 * _buffer.Length));
    }

    private void Move(byte[] target)
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(target);
        if (target != _buffer)
            ArrayPool<byte>.Shared.Return(_buffer);
        (_buffer, _start, _end) = (target, 0, _end - _start);
    }

    private void Show()
    {
        ReadResult result;
        lock (_gate)
        {
            EndRead();
            TryShow(out result);
        }

        _read.SetResult(result);
    }

    private void Fail(SocketError error)
    {
        var result = default(ReadResult);
        lock (_gate)
        {
            if (error is SocketError.OperationAborted or SocketError.Interrupted)
                _failure ??= new ConnectionAbortedException("The connection was closed by this side.");
            else
                _ended = true;
            if (!EndRead())
                return;
            if (_failure is null)
                TryShow(out result);
        }

        if (_failure is null)
            _read.SetResult(result);
        else
            _read.SetException(_failure);
    }

    // Under the gate; whether anybody waits to be told.
    private bool EndRead()
    {
        var awaited = _awaited;
        _awaited = _filling = _expecting = false;
        return awaited;
    }

    private sealed class Arrival : SocketAsyncEventArgs
    {
        private readonly SocketReader _reader;

        // Without an execution context: nothing of whoever read first is to follow the bytes.
        public Arrival(SocketReader reader)
            : base(true)
        {
            _reader = reader;
            SetBuffer(Memory<byte>.Empty);
        }

        protected override void OnCompleted(SocketAsyncEventArgs e)
        {
            if (!_reader.TryFinish(SocketError))
                _reader.Receive(arrived: false);
        }
    }
}
