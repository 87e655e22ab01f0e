using System.Reflection;
using BrokerIm.Contracts.Wire;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace BrokerIm.Tests.Flow.Authorisation;

/// <summary>The protocol's command ids and the message that each carries; the one is named after the other.</summary>
internal static class WireMessages
{
    /// <summary>Every command id, by name.</summary>
    public static IReadOnlyDictionary<string, ushort> Commands { get; } = typeof(Command)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .Where(static field => field.IsLiteral && field.FieldType == typeof(ushort))
        .ToDictionary(static field => field.Name, static field => (ushort)field.GetRawConstantValue()!);

    private static readonly Dictionary<ushort, MessageDescriptor> s_messages = Commands
        .Select(static command => (command.Value, Message: ClientReflection.Descriptor.MessageTypes.FirstOrDefault(
            message => message.Name.Equals($"IM{command.Key}", StringComparison.OrdinalIgnoreCase))))
        .Where(static command => command.Message is not null)
        .ToDictionary(static command => command.Value, static command => command.Message!);

    /// <summary>What a command carries; null when nobody knows.</summary>
    public static MessageDescriptor? Of(ushort command) => s_messages.GetValueOrDefault(command);

    /// <summary>A frame's body, read as what its command carries.</summary>
    public static IMessage Read(ushort command, byte[] body) => s_messages[command].Parser.ParseFrom(body);

    /// <summary>A field's value, or null when the message has no such field or it is not set.</summary>
    public static object? Field(this IMessage message, string name) =>
        message.Descriptor.FindFieldByName(name) is { } field && (!field.HasPresence || field.Accessor.HasValue(message))
            ? field.Accessor.GetValue(message)
            : null;
}
