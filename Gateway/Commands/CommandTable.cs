using System.Buffers;
using BrokerIm.Contracts.Wire;
using BrokerIm.Gateway.Sessions;
using Google.Protobuf;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace BrokerIm.Gateway.Commands;

/// <summary>Handles one command. Commands of one connection come one after the other; the next waits for the returned task.</summary>
/// <param name="session">Whose command.</param>
/// <param name="header">As received; the answer carries its sequence.</param>
/// <param name="body">A view into the connection's buffer, void once the task is done.</param>
/// <param name="cancellationToken">Cancelled when the session ends.</param>
/// <exception cref="Core.Ports.DependencyUnavailableException">Logged and counted; the client gets no answer and may ask again.</exception>
internal delegate ValueTask CommandHandler(
    Session session, FrameHeader header, ReadOnlySequence<byte> body, CancellationToken cancellationToken);

/// <summary>Which commands there are and what handles them.</summary>
internal sealed class CommandTable
{
    private readonly Dictionary<ushort, CommandHandler> _handlers = [];
    private readonly GatewayOptions _options;
    private readonly GatewayMetrics _metrics;
    private readonly ILogger _log;

    public CommandTable(
        IEnumerable<ICommandModule> modules, IOptions<GatewayOptions> options, GatewayMetrics metrics, ILogger<CommandTable> log)
    {
        _options = options.Value;
        _metrics = metrics;
        _log = log;
        foreach (var module in modules)
            module.Register(this);
    }

    /// <summary>Handles a command's body as it is.</summary>
    /// <exception cref="ArgumentException">Another module handles it.</exception>
    public void Map(ushort command, CommandHandler handler) => _handlers.Add(command, handler);

    /// <summary>
    /// Handles a command's body parsed. A body that does not parse, lacks a required field, has an unknown number in a required
    /// enum, or holds more than anybody needs is dropped, and the connection stays (protocol chapter 01 section 3).
    /// </summary>
    public void Map<TMessage>(ushort command, Func<Session, FrameHeader, TMessage, CancellationToken, ValueTask> handler)
        where TMessage : IMessage<TMessage>, new()
    {
        // What no field of ours takes up is not worth keeping, and a sender could fill frames with it.
        var parser = new MessageParser<TMessage>(() => new()).WithDiscardUnknownFields(true);

        var outline = new BodyOutline(new TMessage().Descriptor, _options.MaxListElements, _options.MaxNesting);

        Map(command, (session, header, body, cancellationToken) =>
        {
            var fault = outline.FaultOf(body);
            if (fault is null && TryParse(parser, body, out var message))
                return handler(session, header, message, cancellationToken);

            _metrics.FrameRejected(fault ?? FrameRejects.Unparsable);
            _log.CommandUnparsable(session.Id, header.Command);
            return default;
        });
    }

    /// <summary>Every command that is handled.</summary>
    public IReadOnlyCollection<ushort> Commands => _handlers.Keys;

    /// <summary>What handles a command, or null.</summary>
    public CommandHandler? Find(ushort command) => _handlers.GetValueOrDefault(command);

    private static bool TryParse<TMessage>(MessageParser<TMessage> parser, ReadOnlySequence<byte> body, out TMessage message)
        where TMessage : IMessage<TMessage>
    {
        try
        {
            message = parser.ParseFrom(body);
            return RequiredFields<TMessage>.AreSet(message) && RequiredEnums<TMessage>.AreKnown(message);
        }
        catch (InvalidProtocolBufferException)
        {
            message = default!;
            return false;
        }
    }
}
