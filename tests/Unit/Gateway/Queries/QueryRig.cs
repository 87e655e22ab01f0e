using System.Buffers;
using BrokerIm.Contracts.Wire;
using BrokerIm.Gateway;
using BrokerIm.Gateway.Commands;
using BrokerIm.Tests.Support;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace BrokerIm.Tests.Unit.Gateway.Queries;

/// <summary>Asks command modules as a client does, frame by frame.</summary>
internal sealed class QueryRig : IDisposable
{
    private readonly MeterReader _meter = new();
    private readonly CommandTable _table;

    public QueryRig(params ICommandModule[] modules) =>
        _table = new(
        modules, Options.Create(new GatewayOptions()), new GatewayMetrics(_meter.Meter), NullLogger<CommandTable>.Instance);

    /// <summary>Asks, and reads the one answer.</summary>
    public async Task<T> AskAsync<T>(
        TestSession session, ushort command, IMessage question, ushort answer, MessageParser<T> parser, ushort sequence = 5)
        where T : IMessage<T>
    {
        await AskAsync(session, command, question, sequence);
        var frame = Assert.Single(session.Received());
        Assert.True(frame.Header.Length < Core.Limits.MaxClientFrameBytes || session.Session.Client != ClientType.Android);
        var reply = frame.As(answer, parser, sequence);
        Assert.True(reply.IsInitialized());
        return reply;
    }

    /// <summary>Asks.</summary>
    public async Task AskAsync(TestSession session, ushort command, IMessage question, ushort sequence = 5) => await _table.Find(command)!(
        session.Session,
        FrameHeader.For(command, question.CalculateSize(), sequence),
        new ReadOnlySequence<byte>(question.ToByteArray()),
        TestContext.Current.CancellationToken);

    public void Dispose() => _meter.Dispose();
}
