using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using BrokerIm.Cql.Wire;

namespace BrokerIm.Cql.Tests.Support;

/// <summary>What a client sent: one frame.</summary>
internal sealed record FakeRequest(int Version, FrameFlags Flags, short Stream, Opcode Opcode, byte[] Body);

/// <summary>
/// A node for tests of what a real one does not do on demand. It says READY to STARTUP and SUPPORTED to OPTIONS; everything else the
/// test answers itself.
/// </summary>
internal sealed class FakeNode : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Func<FakeRequest, FakePeer, ValueTask> _answer;
    private readonly X509Certificate2? _certificate;
    private readonly List<Task> _serving = [];
    private readonly Task _accepting;

    public FakeNode(Func<FakeRequest, FakePeer, ValueTask> answer, X509Certificate2? certificate = null)
    {
        (_answer, _certificate) = (answer, certificate);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Told when a connection has ended.</summary>
    public Action<FakePeer>? PeerLeft { get; init; }

    public EndPoint EndPoint => _listener.LocalEndpoint;

    /// <summary>The usual: READY and SUPPORTED, nothing to anything else.</summary>
    public static async ValueTask AnswerHandshakeAsync(FakeRequest request, FakePeer peer)
    {
        if (request.Opcode == Opcode.Startup)
            await peer.SendAsync(request.Stream, Opcode.Ready, []);
        if (request.Opcode == Opcode.Options)
            await peer.SendAsync(request.Stream, Opcode.Supported, [0, 0]);
    }

    /// <summary>An answer without rows.</summary>
    public static byte[] Void { get; } = [0, 0, 0, 1];

    /// <summary>The body of an ERROR without particulars.</summary>
    public static byte[] Error(CqlErrorCode code, string message)
    {
        var body = new WireBuffer();
        body.Int((int)code);
        body.String(message);
        return body.Written.ToArray();
    }

    /// <summary>An answer with one row of one text column.</summary>
    public static byte[] TextRow(string text)
    {
        var body = new WireBuffer();
        body.Int(2);
        body.Int(1);
        body.Int(1);
        body.String("keyspace");
        body.String("table");
        body.String("column");
        body.Short((ushort)CqlTypeCode.Varchar);
        body.Int(1);
        body.LongString(text);
        return body.Written.ToArray();
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _accepting;
        _listener.Stop();
        await Task.WhenAll(_serving);
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _serving.Add(ServeAsync(await _listener.AcceptSocketAsync(_stopping.Token)));
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException)
        {
            // Stopped.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        await using Stream plain = new NetworkStream(socket, ownsSocket: true);
        var header = new byte[FrameHeader.Size];
        FakePeer? peer = null;
        try
        {
            await using var stream = await SecureAsync(plain);
            peer = new(stream);
            while (true)
            {
                await stream.ReadExactlyAsync(header, _stopping.Token);
                var body = new byte[BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(FrameHeader.LengthOffset))];
                await stream.ReadExactlyAsync(body, _stopping.Token);
                var request = new FakeRequest(
                    header[0],
                    (FrameFlags)header[1],
                    BinaryPrimitives.ReadInt16BigEndian(header.AsSpan(FrameHeader.StreamOffset)),
                    (Opcode)header[4],
                    body);
                peer.Version = request.Version;
                await _answer(request, peer);
            }
        }
        catch (Exception exception) when (
            exception is OperationCanceledException or IOException or ObjectDisposedException or AuthenticationException)
        {
            // The client, or the test, has had enough.
        }

        if (peer is not null)
            PeerLeft?.Invoke(peer);
    }

    private async ValueTask<Stream> SecureAsync(Stream plain)
    {
        if (_certificate is null)
            return plain;
        var secure = new SslStream(plain);
        await secure.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = _certificate }, _stopping.Token);
        return secure;
    }
}

/// <summary>The node's side of one connection.</summary>
internal sealed class FakePeer(Stream stream)
{
    private readonly SemaphoreSlim _sending = new(1);

    /// <summary>Version of the answers; that of the last request unless set.</summary>
    public int Version { get; set; } = 4;

    public async ValueTask SendAsync(short stream, Opcode opcode, byte[] body, FrameFlags flags = FrameFlags.None)
    {
        var frame = new WireBuffer();
        FrameHeader.Begin(frame, Version | 0x80, flags, opcode);
        frame.Raw(body);
        FrameHeader.End(frame);
        var bytes = frame.Written.ToArray();
        BinaryPrimitives.WriteInt16BigEndian(bytes.AsSpan(FrameHeader.StreamOffset), stream);
        await SendRawAsync(bytes);
    }

    public async ValueTask SendRawAsync(ReadOnlyMemory<byte> bytes)
    {
        await _sending.WaitAsync();
        try
        {
            await stream.WriteAsync(bytes);
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <summary>Closes the connection.</summary>
    public void Close() => stream.Dispose();
}
