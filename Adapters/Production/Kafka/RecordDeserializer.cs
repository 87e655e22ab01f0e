using Confluent.Kafka;
using Google.Protobuf;

namespace BrokerIm.Adapters.Production.Kafka;

/// <summary>Parses a record where the client library has it, so that only what does not parse is copied.</summary>
internal sealed class RecordDeserializer<TRecord>(MessageParser<TRecord> parser) : IDeserializer<ParsedRecord<TRecord>>
    where TRecord : IMessage<TRecord>
{
    public ParsedRecord<TRecord> Deserialize(ReadOnlySpan<byte> data, bool isNull, SerializationContext context)
    {
        // Nobody of ours writes a record without a value, which would otherwise parse as an empty one.
        if (isNull)
            return new(default, ReadOnlyMemory<byte>.Empty, 0);

        try
        {
            return new(parser.ParseFrom(data), ReadOnlyMemory<byte>.Empty, data.Length);
        }
        catch (InvalidProtocolBufferException)
        {
            return new(default, data.ToArray(), data.Length);
        }
    }
}

/// <summary>A record as it came.</summary>
/// <param name="Value">Null when it does not parse.</param>
/// <param name="Raw">The bytes when it does not parse.</param>
/// <param name="Length">Bytes it has.</param>
internal readonly record struct ParsedRecord<TRecord>(TRecord? Value, ReadOnlyMemory<byte> Raw, int Length);
