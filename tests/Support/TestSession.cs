using System.Buffers;
using System.IO.Pipelines;
using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Values;
using BrokerIm.Gateway;
using BrokerIm.Gateway.Sessions;
using Google.Protobuf;
using Microsoft.AspNetCore.Connections;

namespace BrokerIm.Tests.Support;

/// <summary>A session on a connection in memory, logged in, and what was sent to its client.</summary>
internal sealed class TestSession
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    private static ulong s_lastId;

    private readonly Pipe _toClient = new(new(pauseWriterThreshold: 0, useSynchronizationContext: false));
    private readonly Pipe _fromClient = new();
    private readonly CountingWriter _output;

    private TestSession(GatewayOptions options, TimeProvider time)
    {
        _output = new(_toClient.Writer);
        var connection = new DefaultConnectionContext("test") { Transport = new Duplex(_fromClient.Reader, _output) };
        Session = new(Interlocked.Increment(ref s_lastId), connection, options, time);
    }

    public Session Session { get; }

    /// <summary>Times the output was flushed since the login.</summary>
    public int Flushes => _output.Flushes;

    /// <summary>Done on whichever thread flushes the output, before that.</summary>
    public Action? BeforeFlush
    {
        get => _output.BeforeFlush;
        set => _output.BeforeFlush = value;
    }

    /// <summary>A session of a user; its login response is read already.</summary>
    public static TestSession LoggedIn(
        UserId user,
        TimeProvider? time = null,
        ConnectionTable? table = null,
        ClientType client = ClientType.Windows,
        GatewayOptions? options = null)
    {
        time ??= TimeProvider.System;
        var test = new TestSession(options ?? new GatewayOptions(), time);
        test.Session.BeginLogin(user, client, time.GetUtcNow().ToUnixTimeMilliseconds());
        table?.Add(test.Session);
        table?.Claim(test.Session);
        test.Session.CompleteLogin(1, new IMLoginRes { ServerTime = 0, ResultCode = ResultType.Ok });
        Assert.Equal(Command.LoginRes, Assert.Single(test.Received()).Header.Command);
        test._output.Flushes = 0;
        return test;
    }

    /// <summary>Everything that has been flushed to the client and was not looked at before.</summary>
    public List<ReceivedFrame> Received()
    {
        var frames = new List<ReceivedFrame>();
        while (_toClient.Reader.TryRead(out var read) && TryTake(read.Buffer) is { } frame)
            frames.Add(frame);
        return frames;
    }

    /// <summary>The next frame to the client.</summary>
    public async Task<ReceivedFrame> ReceiveAsync()
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(s_patience);
        while (true)
        {
            var read = await _toClient.Reader.ReadAsync(deadline.Token);
            if (TryTake(read.Buffer) is { } frame)
                return frame;
        }
    }

    /// <summary>The next messages pushed to the client, by their ids.</summary>
    public async Task<List<uint>> ReceivePushesAsync(int count)
    {
        var ids = new List<uint>(count);
        while (ids.Count < count)
            ids.Add((await ReceiveAsync()).As(Command.MsgData, IMMsgData.Parser).MsgId);
        return ids;
    }

    private ReceivedFrame? TryTake(ReadOnlySequence<byte> buffer)
    {
        var end = buffer.End;
        var result = FrameReader.TryRead(ref buffer, int.MaxValue, out var header, out var body);
        var frame = result == FrameReadResult.Frame ? new ReceivedFrame(header, body.ToArray()) : null;
        _toClient.Reader.AdvanceTo(buffer.Start, frame is null ? end : buffer.Start);
        return frame;
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    private sealed class CountingWriter(PipeWriter inner) : PipeWriter
    {
        private int _flushes;

        public int Flushes
        {
            get => Volatile.Read(ref _flushes);
            set => Volatile.Write(ref _flushes, value);
        }

        public Action? BeforeFlush { get; set; }

        public override void Advance(int bytes) => inner.Advance(bytes);

        public override Memory<byte> GetMemory(int sizeHint = 0) => inner.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => inner.GetSpan(sizeHint);

        public override void CancelPendingFlush() => inner.CancelPendingFlush();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
        {
            BeforeFlush?.Invoke();
            Interlocked.Increment(ref _flushes);
            return inner.FlushAsync(cancellationToken);
        }
    }
}

/// <summary>A frame that went to a client.</summary>
internal sealed record ReceivedFrame(FrameHeader Header, byte[] Body)
{
    /// <summary>The body, after a look at the command and the sequence.</summary>
    public T As<T>(ushort command, MessageParser<T> parser, ushort sequence = 0)
        where T : IMessage<T>
    {
        Assert.Equal((command, sequence), (Header.Command, Header.Sequence));
        return parser.ParseFrom(Body);
    }
}
