using System.IO.Pipelines;
using BrokerIm.Contracts.Wire;
using BrokerIm.Core.Values;
using BrokerIm.Gateway;
using BrokerIm.Gateway.Sessions;
using Microsoft.AspNetCore.Connections;

namespace BrokerIm.MicroBenchmarks.Stages;

/// <summary>A logged-in session whose connection is a pipe that takes everything.</summary>
internal sealed class PipeSession
{
    private readonly Pipe _toClient;
    private readonly Pipe _fromClient = new();

    /// <param name="id">Number of the connection.</param>
    /// <param name="user">Who.</param>
    /// <param name="options">Of the gateway.</param>
    /// <param name="time">Clock.</param>
    /// <param name="blocks">Where the pipe has its memory from; null for the shared pool.</param>
    public PipeSession(ulong id, UserId user, GatewayOptions options, TimeProvider time, KeptBlocks? blocks = null)
    {
        _toClient = new(new(blocks, pauseWriterThreshold: 0, useSynchronizationContext: false));
        var connection = new DefaultConnectionContext($"{id}") { Transport = new Duplex(_fromClient.Reader, _toClient.Writer) };
        Session = new(id, connection, options, time);
        Session.BeginLogin(user, ClientType.Windows, time.GetUtcNow().ToUnixTimeMilliseconds());
        Session.CompleteLogin(1, new IMLoginRes { ServerTime = 0, ResultCode = ResultType.Ok });
        Session.Cursor.Settle();
        Session.SendsFor(options, time);
        Drain();
    }

    public Session Session { get; }

    /// <summary>Takes what has been flushed to the client.</summary>
    /// <returns>Bytes.</returns>
    public long Drain()
    {
        if (!_toClient.Reader.TryRead(out var read))
            return 0;

        var bytes = read.Buffer.Length;
        _toClient.Reader.AdvanceTo(read.Buffer.End);
        return bytes;
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
