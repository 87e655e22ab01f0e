using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using BrokerIm.Contracts.Wire;
using Google.Protobuf;

namespace BrokerIm.Client.Wire;

/// <summary>
/// One TCP connection that carries frames both ways (protocol chapter 01), without opinions about what they mean. Everything a
/// client does is built on it; so can be a load generator or a test that wants to send what no decent client would.
/// </summary>
/// <remarks>
/// Writing is safe from any thread and allocates nothing per frame. Frames leave in the order they were written, and those
/// written while a send is under way leave together with the next one.
/// </remarks>
public sealed class PduConnection : IAsyncDisposable
{
    private const int FirstReceiveBytes = 8 * 1024;
    private const int GrownReceiveBytes = 64 * 1024;

    private readonly Socket _socket;
    private readonly int _maxFrameBytes;
    private readonly Lock _gate = new();
    private FrameBuffer _filling = new();
    private FrameBuffer _leaving = new();
    private TaskCompletionSource? _drained;
    private bool _sending;
    private bool _closed;

    /// <summary>Takes over a connected socket.</summary>
    /// <param name="socket">Disposed with this connection.</param>
    /// <param name="maxFrameBytes">Largest frame to accept, header included; a larger one ends the connection.</param>
    public PduConnection(Socket socket, int maxFrameBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxFrameBytes, FrameHeader.Size);
        _socket = socket;
        _socket.NoDelay = true;
        _maxFrameBytes = maxFrameBytes;
    }

    /// <summary>Bytes written and not yet taken by the socket; grows without bound when nobody looks at it.</summary>
    public int BufferedBytes
    {
        get
        {
            lock (_gate)
                return _filling.Length + (_sending ? _leaving.Length : 0);
        }
    }

    /// <summary>Connects to a server.</summary>
    /// <param name="server">An address, or a name with a port.</param>
    /// <param name="maxFrameBytes">Largest frame to accept, header included.</param>
    /// <param name="cancellationToken">Also the deadline: without one the system's own applies, which is minutes.</param>
    /// <exception cref="SocketException">Nobody answers there.</exception>
    public static async Task<PduConnection> ConnectAsync(
        EndPoint server, int maxFrameBytes, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(server, cancellationToken);
            return new(socket, maxFrameBytes);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Adds one frame to what <see cref="Flush"/> sends.</summary>
    /// <param name="command">Full command id.</param>
    /// <param name="sequence">Comes back with the answer.</param>
    /// <param name="body">Null for an empty body.</param>
    /// <returns>False when the connection is closed. True promises no more than that it was not, a moment ago.</returns>
    public bool TryWrite(ushort command, ushort sequence, IMessage? body)
    {
        lock (_gate)
        {
            if (_closed)
                return false;

            if (body is null)
                FrameWriter.Write(_filling, command, sequence, []);
            else
                FrameWriter.Write(_filling, command, sequence, body);
            return true;
        }
    }

    /// <inheritdoc cref="TryWrite(ushort, ushort, IMessage?)"/>
    public bool TryWrite<TBody>(ushort command, ushort sequence, in TBody body)
        where TBody : struct, IPduBody, allows ref struct
    {
        var header = FrameHeader.For(command, body.CalculateSize(), sequence);
        lock (_gate)
        {
            if (_closed)
                return false;

            var frame = _filling.GetSpan((int)header.Length)[..(int)header.Length];
            header.Write(frame);
            body.WriteTo(frame[FrameHeader.Size..]);
            _filling.Advance(frame.Length);
            return true;
        }
    }

    /// <summary>Adds bytes as they are, well-formed or not.</summary>
    /// <returns>False when the connection is closed.</returns>
    public bool TryWriteRaw(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            if (_closed)
                return false;

            _filling.Write(bytes);
            return true;
        }
    }

    /// <summary>Sends what was written. Returns at once; if a send is under way, the bytes follow it.</summary>
    public void Flush()
    {
        lock (_gate)
        {
            if (_sending || _closed || _filling.Length == 0)
                return;

            _sending = true;
            (_filling, _leaving) = (_leaving, _filling);
        }

        // Most sends end here and now. One that has to wait for the socket is awaited through _drained.
        _ = SendAsync();
    }

    /// <summary>Hands every frame to <paramref name="receiver"/> until the connection ends. Call once.</summary>
    /// <returns>Why it ended: null for an orderly end from either side.</returns>
    public async Task<Exception?> ReceiveAsync(IPduReceiver receiver)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(FirstReceiveBytes);
        var filled = 0;
        try
        {
            while (true)
            {
                var received = await _socket.ReceiveAsync(buffer.AsMemory(filled), SocketFlags.None);
                if (received == 0)
                    return null;

                filled += received;
                var used = HandOver(buffer.AsSpan(0, filled), receiver);
                if (used > 0)
                {
                    // Awaited before the rest is moved: a receiver must never see the buffer change under its feet.
                    await receiver.OnBatchAsync();
                    filled -= used;
                    buffer.AsSpan(used, filled).CopyTo(buffer);
                }

                if (filled == buffer.Length || (received == buffer.Length && buffer.Length < GrownReceiveBytes))
                    buffer = Grow(buffer, filled);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            return WasClosedHere() ? null : exception;
        }
        catch (InvalidDataException exception)
        {
            return exception;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            Close();
        }
    }

    /// <summary>The frames as a stream of copies, for callers to whom speed does not matter. Call once.</summary>
    /// <remarks>Ends when the connection ends, whichever way. Reads ahead by at most 64 frames.</remarks>
    public async IAsyncEnumerable<ReceivedPdu> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var frames = Channel.CreateBounded<ReceivedPdu>(64);
        var receiving = ReceiveIntoAsync(frames.Writer);
        try
        {
            await foreach (var frame in frames.Reader.ReadAllAsync(cancellationToken))
                yield return frame;
        }
        finally
        {
            frames.Writer.TryComplete();
            Close();
            await receiving;
        }
    }

    /// <summary>Sends what was written, then tells the peer that nothing more follows. Receiving goes on.</summary>
    public async Task FinishAsync(CancellationToken cancellationToken)
    {
        Flush();
        await WhenDrained().WaitAsync(cancellationToken);
        lock (_gate)
        {
            if (!_closed)
                _socket.Shutdown(SocketShutdown.Send);
        }
    }

    /// <summary>Ends the connection at once; what was written and not sent is dropped.</summary>
    public void Close()
    {
        lock (_gate)
        {
            if (_closed)
                return;
            _closed = true;
            _filling.Release();
        }

        _socket.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        Close();
        await WhenDrained();
    }

    private async Task ReceiveIntoAsync(ChannelWriter<ReceivedPdu> frames)
    {
        await ReceiveAsync(new PduQueue(frames));
        frames.TryComplete();
    }

    private static byte[] Grow(byte[] buffer, int filled)
    {
        var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        buffer.AsSpan(0, filled).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }

    private int HandOver(ReadOnlySpan<byte> received, IPduReceiver receiver)
    {
        var used = 0;
        while (received.Length - used >= FrameHeader.Size)
        {
            var header = FrameHeader.Read(received[used..]);
            if (header.Length < FrameHeader.Size || header.Length > _maxFrameBytes)
                throw new InvalidDataException($"The server announced a frame of {header.Length} bytes.");
            if (header.Length > received.Length - used)
                break;

            receiver.OnFrame(header, received.Slice(used + FrameHeader.Size, (int)header.Length - FrameHeader.Size));
            used += (int)header.Length;
        }

        return used;
    }

    private async Task SendAsync()
    {
        try
        {
            do
            {
                for (var rest = _leaving.Written; rest.Length > 0;)
                    rest = rest[await _socket.SendAsync(rest, SocketFlags.None)..];
            }
            while (TakeNext());
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The receiving loop sees the same end and reports it; here it only has to become impossible to write on.
            Close();
            TakeNext();
        }
    }

    private bool TakeNext()
    {
        TaskCompletionSource? drained;
        lock (_gate)
        {
            _leaving.Clear();
            if (!_closed && _filling.Length > 0)
            {
                (_filling, _leaving) = (_leaving, _filling);
                return true;
            }

            _sending = false;
            if (_closed)
                _leaving.Release();
            (drained, _drained) = (_drained, null);
        }

        drained?.SetResult();
        return false;
    }

    private Task WhenDrained()
    {
        lock (_gate)
        {
            if (!_sending)
                return Task.CompletedTask;
            _drained ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
            return _drained.Task;
        }
    }

    private bool WasClosedHere()
    {
        lock (_gate)
            return _closed;
    }
}
