using BrokerIm.Contracts.Wire;
using Google.Protobuf;

namespace BrokerIm.Client.Wire;

/// <summary>A frame with a body of its own, for callers who keep frames rather than handle them in place.</summary>
/// <param name="Header">As received.</param>
/// <param name="Body">A copy of the body; may be empty.</param>
public sealed record ReceivedPdu(FrameHeader Header, ReadOnlyMemory<byte> Body)
{
    /// <summary>The body as the message a command carries.</summary>
    /// <exception cref="InvalidProtocolBufferException">The body is not protobuf.</exception>
    /// <exception cref="InvalidDataException">A required field is missing.</exception>
    public T Parse<T>(MessageParser<T> parser)
        where T : IMessage<T> => PduBody.Parse(parser, Body.Span);
}
