using System.IO.Pipelines;
using BrokerIm.Contracts.Wire;
using BrokerIm.Gateway;
using BrokerIm.Gateway.Sessions;
using BrokerIm.Tests.Support;
using Microsoft.AspNetCore.Connections;

namespace BrokerIm.Tests.Unit.Gateway;

/// <summary>A session whose client is a pair of pipes: takes what it is asked to and not a byte more.</summary>
internal sealed class PipeConnection
{
    private const int MaxFrameBytes = 16 * 1024 * 1024;

    private readonly Pipe _toServer = new();
    private readonly Pipe _toClient = new(new(pauseWriterThreshold: 4_096, resumeWriterThreshold: 2_048));

    public PipeConnection(ulong id = 1, GatewayOptions? options = null, TimeProvider? time = null)
    {
        var context = new DefaultConnectionContext($"{id}") { Transport = new Duplex(_toServer.Reader, _toClient.Writer) };
        Session = new(id, context, options ?? new(), time ?? new ManualTimeProvider());
    }

    public Session Session { get; }

    /// <summary>What the server reads.</summary>
    public PipeReader Input => _toServer.Reader;

    /// <summary>What the client writes.</summary>
    public PipeWriter Output => _toServer.Writer;

    /// <summary>The client's next frame.</summary>
    public async Task<(FrameHeader Header, byte[] Body)> ReceiveAsync()
    {
        while (true)
        {
            var read = await _toClient.Reader.ReadAsync(TestContext.Current.CancellationToken);
            var buffer = read.Buffer;
            if (FrameReader.TryRead(ref buffer, MaxFrameBytes, out var header, out var body) == FrameReadResult.Frame)
            {
                var copy = System.Buffers.BuffersExtensions.ToArray(body);
                _toClient.Reader.AdvanceTo(buffer.Start, buffer.Start);
                return (header, copy);
            }

            Assert.False(read.IsCompleted);
            _toClient.Reader.AdvanceTo(buffer.Start, buffer.End);
        }
    }

    private sealed class Duplex(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input => input;

        public PipeWriter Output => output;
    }
}
