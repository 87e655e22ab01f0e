using System.Diagnostics.CodeAnalysis;
using MassTransit;
using MassTransit.Serialization;

namespace BrokerIm.Adapters.Bus;

/// <summary>One received body, seen by MassTransit as the only message type there is.</summary>
internal sealed class RawSerializerContext(RawSerializer serializer, MessageBody body, MessageContext context)
    : BaseSerializerContext(SystemTextJsonMessageSerializer.Instance, context, MessageTypes)
{
    private static readonly string[] MessageTypes = [MessageUrn.ForTypeString<DeliveryEnvelope>()];

    public override bool TryGetMessage<T>([NotNullWhen(true)] out T? message)
        where T : class
    {
        message = typeof(T) == typeof(DeliveryEnvelope) ? (T)(object)new DeliveryEnvelope(body.GetBytes()) : null;
        return message is not null;
    }

    public override bool TryGetMessage(Type messageType, [NotNullWhen(true)] out object? message)
    {
        message = messageType == typeof(DeliveryEnvelope) ? new DeliveryEnvelope(body.GetBytes()) : null;
        return message is not null;
    }

    public override IMessageSerializer GetMessageSerializer() => serializer;

    public override IMessageSerializer GetMessageSerializer<T>(MessageEnvelope envelope, T message) => serializer;

    public override IMessageSerializer GetMessageSerializer(object message, string[] messageTypes) => serializer;

    public override Dictionary<string, object> ToDictionary<T>(T? message)
        where T : class => [];
}
