using System.Net.Mime;
using MassTransit;
using MassTransit.Serialization;

namespace BrokerIm.Adapters.Bus;

/// <summary>
/// Hands the bytes of a <see cref="DeliveryEnvelope"/> to the transport and back, without an envelope of MassTransit's own.
/// The default JSON costs five times as much at 16 KB.
/// </summary>
internal sealed class RawSerializer : ISerializerFactory, IMessageSerializer, IMessageDeserializer
{
    public ContentType ContentType { get; } = new("application/x-protobuf");

    public IMessageSerializer CreateSerializer() => this;

    public IMessageDeserializer CreateDeserializer() => this;

    public MessageBody GetMessageBody<T>(SendContext<T> context)
        where T : class =>
        context.Message is DeliveryEnvelope envelope
            ? new BytesMessageBody(envelope.Bytes)
            : throw new NotSupportedException($"{typeof(T)} does not travel on the delivery bus.");

    public ConsumeContext Deserialize(ReceiveContext receiveContext) => new BodyConsumeContext(
        receiveContext, Deserialize(receiveContext.Body, receiveContext.TransportHeaders, receiveContext.InputAddress));

    public SerializerContext Deserialize(MessageBody body, Headers headers, Uri? destinationAddress = null) =>
        new RawSerializerContext(this, body, new RawMessageContext(headers, destinationAddress, RawSerializerOptions.Default));

    public MessageBody GetMessageBody(string text) => throw new NotSupportedException("The delivery bus carries bytes only.");

    public void Probe(ProbeContext context) => context.CreateScope("raw").Add("contentType", ContentType.MediaType);
}
