using Google.Protobuf;

namespace BrokerIm.Client.Wire;

/// <summary>Reads bodies at the trust boundary.</summary>
internal static class PduBody
{
    /// <summary>Parses a body and insists on its required fields, which the protobuf library itself does not check.</summary>
    /// <exception cref="InvalidProtocolBufferException">The body is not protobuf.</exception>
    /// <exception cref="InvalidDataException">A required field is missing.</exception>
    public static T Parse<T>(MessageParser<T> parser, ReadOnlySpan<byte> body)
        where T : IMessage<T>
    {
        var message = parser.ParseFrom(body);
        return message.IsInitialized()
            ? message
            : throw new InvalidDataException($"{message.Descriptor.Name} lacks a required field.");
    }
}
