using System.IO.Pipelines;
using System.Net.Sockets;

namespace BrokerIm.Gateway.Transport;

/// <summary>
/// What goes out on one socket, for one writer. A flush hands everything to the system on the caller's thread and is through at once,
/// unless the peer does not read; while nothing is written no memory is held.
/// </summary>
/// <remarks>As with every <see cref="PipeWriter"/>, nothing may be written while a flush is under way.</remarks>
internal sealed class SocketWriter(Socket socket) : PipeWriter
{
    private Backlog _written = new();
    private bool _gone;

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => _written.Length;

    public override void Advance(int bytes) => _written.Advance(bytes);

    public override Memory<byte> GetMemory(int sizeHint = 0) => _written.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    /// <summary>Sends what was written. One that has begun cannot be cancelled: half a frame would be left.</summary>
    /// <returns>Completed is the result once the connection is gone; whoever reads from it learns why.</returns>
    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        if (_written.Length == 0 || _gone)
            return Done();

        SocketError error;
        int sent;
        try
        {
            sent = socket.Send(_written.Bytes.Span, SocketFlags.None, out error);
        }
        catch (ObjectDisposedException)
        {
            return Gone();
        }

        if (error is not (SocketError.Success or SocketError.WouldBlock))
            return Gone();
        return sent == _written.Length ? Done() : FlushRestAsync(sent);
    }

    public override void CancelPendingFlush() => throw new NotSupportedException("A flush ends with its bytes or with the connection.");

    /// <summary>Nothing is written any more; what was not flushed is dropped.</summary>
    public override void Complete(Exception? exception = null)
    {
        // Left to the collector and not given back: a flush that the closing socket has not ended yet sends its own bytes.
        _gone = true;
        _written = new();
    }

    private async ValueTask<FlushResult> FlushRestAsync(int sent)
    {
        var bytes = _written.Bytes;
        try
        {
            while (sent < bytes.Length)
                sent += await socket.SendAsync(bytes[sent..], SocketFlags.None);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            return await Gone();
        }

        return await Done();
    }

    private ValueTask<FlushResult> Gone()
    {
        // Whatever the error was, whoever reads is to learn that nobody can be answered any more.
        _gone = true;
        socket.Dispose();
        return Done();
    }

    private ValueTask<FlushResult> Done()
    {
        _written.Clear();
        return new(new FlushResult(isCanceled: false, isCompleted: _gone));
    }
}
