using System.Net;
using System.Net.Sockets;
using BrokerIm.Client.Wire;
using BrokerIm.LoadTests.Measuring;
using BrokerIm.LoadTests.Talk;

namespace BrokerIm.LoadTests.Rivals;

/// <summary>
/// A connection of a protocol that is not ours. It sends by the same code as ours does, so that a comparison does not compare two
/// ways to write to a socket.
/// </summary>
internal abstract class ByteConnection : ITalkConnection
{
    private const int BufferBytes = 64 * 1024;

    private readonly Socket _socket;
    private readonly PduConnection _out;
    private readonly ITalkListener _listener;
    private readonly WireMeter _wire;

    protected ByteConnection(Socket socket, ITalkListener listener, WireMeter wire)
    {
        _socket = socket;
        _out = new(socket, BufferBytes);
        _listener = listener;
        _wire = wire;
    }

    /// <inheritdoc/>
    public Task<Exception?> Ended { get; private set; } = Task.FromResult<Exception?>(null);

    /// <summary>Told of acks and messages.</summary>
    protected ITalkListener Listener => _listener;

    /// <inheritdoc/>
    public abstract void Send(in SendWindow.Slot slot, ReadOnlySpan<byte> data);

    /// <inheritdoc/>
    public virtual void Flush() => _out.Flush();

    /// <inheritdoc/>
    public abstract void Beat();

    public async ValueTask DisposeAsync()
    {
        await _out.DisposeAsync();
        await Ended;
        GC.SuppressFinalize(this);
    }

    /// <summary>Connects a socket.</summary>
    protected static async Task<Socket> OpenAsync(EndPoint server, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(server, cancellationToken);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Receives from now on.</summary>
    protected void Start() => Ended = ReceiveAsync();

    /// <summary>Adds bytes to what <see cref="Flush"/> sends.</summary>
    protected void Write(ReadOnlySpan<byte> bytes)
    {
        _out.TryWriteRaw(bytes);
        _wire.Sent.Add(bytes.Length);
    }

    /// <summary>Takes what is complete.</summary>
    /// <returns>Bytes that are done with.</returns>
    /// <exception cref="InvalidDataException">The bytes make no sense.</exception>
    protected abstract int Take(ReadOnlySpan<byte> received);

    private async Task<Exception?> ReceiveAsync()
    {
        var buffer = new byte[BufferBytes];
        var filled = 0;
        try
        {
            while (await _socket.ReceiveAsync(buffer.AsMemory(filled), SocketFlags.None) is var received && received > 0)
            {
                _wire.Received.Add(received);
                filled += received;
                var used = Take(buffer.AsSpan(0, filled));
                _listener.OnBatch();

                // Acks of ours may have been written that no message of ours took along.
                Flush();
                filled -= used;
                buffer.AsSpan(used, filled).CopyTo(buffer);
                if (filled == buffer.Length)
                    Array.Resize(ref buffer, buffer.Length * 2);
            }

            return null;
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException or InvalidDataException)
        {
            return exception;
        }
        finally
        {
            _out.Close();
        }
    }
}
