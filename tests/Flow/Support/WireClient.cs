using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Security;
using Google.Protobuf;

namespace BrokerIm.Tests.Flow.Support;

/// <summary>A frame as received.</summary>
internal sealed record WireFrame(FrameHeader Header, byte[] Body)
{
    /// <summary>Header and body, as they came.</summary>
    public byte[] Bytes
    {
        get
        {
            var bytes = new byte[FrameHeader.Size + Body.Length];
            Header.Write(bytes);
            Body.CopyTo(bytes, FrameHeader.Size);
            return bytes;
        }
    }
}

/// <summary>A client that speaks in frames and asserts what it hears, on a real socket.</summary>
internal sealed class WireClient : IDisposable
{
    private const int MaxFrameBytes = 16 * 1024 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Stream _stream;
    private readonly Socket? _socket;
    private readonly PipeReader _input;

    private WireClient(Stream stream, Socket? socket)
    {
        _stream = stream;
        _socket = socket;
        _input = PipeReader.Create(stream);
    }

    /// <summary>Frames on something else than a plain socket.</summary>
    public static WireClient Over(Stream stream) => new(stream, socket: null);

    public static async Task<WireClient> ConnectAsync(int port, int receiveBufferBytes = 0)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (receiveBufferBytes > 0)
            socket.ReceiveBufferSize = receiveBufferBytes;
        await socket.ConnectAsync(IPAddress.Loopback, port, TestContext.Current.CancellationToken);
        return new(new NetworkStream(socket, ownsSocket: true), socket);
    }

    public async Task SendAsync(byte[] bytes)
    {
        await _stream.WriteAsync(bytes, TestContext.Current.CancellationToken);
        await _stream.FlushAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Sends bytes, unless the server has closed already; what it said before can still be read.</summary>
    /// <returns>Whether they could be sent.</returns>
    public async Task<bool> TrySendAsync(byte[] bytes)
    {
        try
        {
            await SendAsync(bytes);
            return true;
        }
        catch (IOException exception) when (exception.InnerException is SocketException)
        {
            return false;
        }
    }

    public Task SendAsync(ushort command, ushort sequence, IMessage? body = null) =>
        SendAsync(FrameWriter.ToArray(command, sequence, body));

    /// <summary>Logs in with the test password.</summary>
    public async Task<IMLoginRes> LoginAsync(string name, ClientType client, ushort sequence = 1)
    {
        var response = await TryLoginAsync(name, client, TestCluster.Password, sequence);
        Assert.Equal(ResultType.Ok, response.ResultCode);
        return response;
    }

    public async Task<IMLoginRes> TryLoginAsync(string name, ClientType client, string password, ushort sequence = 1)
    {
        await SendAsync(Command.LoginReq, sequence, LoginRequest(name, client, password));
        return await ReceiveAsync(Command.LoginRes, IMLoginRes.Parser, sequence);
    }

    public static IMLoginReq LoginRequest(string name, ClientType client, string password = TestCluster.Password) => new()
    {
        UserName = name,
        Password = PasswordRecord.ClientText(password),
        OnlineStatus = UserStatType.Online,
        ClientType = client,
        ClientVersion = "test",
    };

    /// <summary>The next frame, whatever it is.</summary>
    public async Task<WireFrame> ReceiveAsync() =>
        await TryReceiveAsync() ?? throw new Xunit.Sdk.XunitException("The server closed the connection.");

    /// <summary>The next frame, which has to be this one.</summary>
    public async Task<T> ReceiveAsync<T>(ushort command, MessageParser<T> parser, ushort sequence = 0)
        where T : IMessage<T>
    {
        var frame = await ReceiveAsync();
        Assert.Equal(command, frame.Header.Command);
        Assert.Equal(sequence, frame.Header.Sequence);
        return parser.ParseFrom(frame.Body);
    }

    /// <summary>The next frame of this command, whatever comes before it.</summary>
    public async Task<T> NextAsync<T>(ushort command, MessageParser<T> parser, ushort sequence = 0)
        where T : IMessage<T>
    {
        while (true)
        {
            var frame = await ReceiveAsync();
            if (frame.Header.Command == command && frame.Header.Sequence == sequence)
                return parser.ParseFrom(frame.Body);
        }
    }

    /// <summary>Asks, and reads on to the answer.</summary>
    public async Task<T> AskAsync<T>(ushort command, IMessage request, ushort answer, MessageParser<T> parser, ushort sequence = 77)
        where T : IMessage<T>
    {
        await SendAsync(command, sequence, request);
        return await NextAsync(answer, parser, sequence);
    }

    /// <summary>The commands of the frames sent so far, presence aside.</summary>
    public async Task<IReadOnlyList<ushort>> PendingAsync()
    {
        const ushort Marker = 0x7E58;
        await SendAsync(Command.Heartbeat, Marker);
        var commands = new List<ushort>();
        while (true)
        {
            var frame = await ReceiveAsync();
            if (frame.Header.Command == Command.Heartbeat)
                return commands;
            if (frame.Header.Command is not (Command.UserStatNotify or Command.PCLoginStatusNotify))
                commands.Add(frame.Header.Command);
        }
    }

    /// <summary>The next frame that is not about somebody's presence; it has to be this one.</summary>
    public async Task<T> ReceiveNextAsync<T>(ushort command, MessageParser<T> parser, ushort sequence = 0)
        where T : IMessage<T>
    {
        WireFrame frame;
        do
            frame = await ReceiveAsync();
        while (frame.Header.Command is Command.UserStatNotify or Command.PCLoginStatusNotify);
        Assert.Equal((command, sequence), (frame.Header.Command, frame.Header.Sequence));
        return parser.ParseFrom(frame.Body);
    }

    /// <summary>Proves that nothing was sent so far but what has been read: the next frame is the echo of this heartbeat.</summary>
    public async Task ExpectNothingYetAsync()
    {
        const ushort Marker = 0x7E57;
        await SendAsync(Command.Heartbeat, Marker);
        var frame = await ReceiveAsync();
        Assert.Equal((Command.Heartbeat, Marker), (frame.Header.Command, frame.Header.Sequence));
    }

    /// <summary>The server closes without saying anything more.</summary>
    public async Task ExpectClosedAsync()
    {
        var frame = await TryReceiveAsync();
        Assert.True(frame is null, $"Expected the end, got {frame}.");
    }

    /// <summary>Everything sent so far: up to the echo of a heartbeat, or to the end when the server closes.</summary>
    public async Task<IReadOnlyList<WireFrame>> UntilEchoAsync()
    {
        const ushort Marker = 0x7E59;
        var frames = new List<WireFrame>();
        await TrySendAsync(FrameWriter.ToArray(Command.Heartbeat, Marker, null));
        while (await TryReceiveAsync() is { } frame)
        {
            if (frame.Header is { Command: Command.Heartbeat, Sequence: Marker })
                break;
            frames.Add(frame);
        }

        return frames;
    }

    /// <summary>Reads on until the server closes.</summary>
    public async Task<IReadOnlyList<WireFrame>> ReadToEndAsync()
    {
        var frames = new List<WireFrame>();
        while (await TryReceiveAsync() is { } frame)
            frames.Add(frame);
        return frames;
    }

    public void ShutdownSend() => _socket!.Shutdown(SocketShutdown.Send);

    /// <summary>Says that nothing more will be sent, unless the server has cut the connection already.</summary>
    public void TryShutdownSend()
    {
        try
        {
            ShutdownSend();
        }
        catch (SocketException exception) when (exception.SocketErrorCode is SocketError.NotConnected or SocketError.ConnectionReset)
        {
            // Nobody is there to be told.
        }
    }

    public void Dispose() => _stream.Dispose();

    // Null when the connection has ended.
    private async Task<WireFrame?> TryReceiveAsync()
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(Patience);
        try
        {
            while (true)
            {
                var read = await _input.ReadAsync(deadline.Token);
                if (TryTake(read.Buffer) is { } frame)
                    return frame;
                if (read.IsCompleted)
                    return null;
            }
        }
        catch (IOException)
        {
            return null;
        }
    }

    private WireFrame? TryTake(ReadOnlySequence<byte> buffer)
    {
        var end = buffer.End;
        var result = FrameReader.TryRead(ref buffer, MaxFrameBytes, out var header, out var body);
        var frame = result == FrameReadResult.Frame ? new WireFrame(header, body.ToArray()) : null;
        _input.AdvanceTo(buffer.Start, frame is null ? end : buffer.Start);
        return frame;
    }
}
