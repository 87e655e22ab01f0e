using System.Collections;
using BrokerIm.Contracts.Wire;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace BrokerIm.Tests.Unit.Contracts;

/// <summary>The generated messages, filled by their descriptors with the values of a <see cref="Sample"/>.</summary>
internal static class GeneratedMessages
{
    public static IReadOnlyDictionary<string, MessageDescriptor> All { get; } =
        ClientReflection.Descriptor.MessageTypes.ToDictionary(message => message.Name);

    public static IMessage Create(MessageDescriptor message, Sample sample)
    {
        var filled = (IMessage)Activator.CreateInstance(message.ClrType)!;
        foreach (var field in message.Fields.InFieldNumberOrder())
        {
            var count = sample.Count(field.IsRequired, field.IsRepeated, field.FieldType == FieldType.Message);
            for (var element = 0; element < count; element++)
                Put(filled, field, Value(field, element, sample));
        }
        return filled;
    }

    private static void Put(IMessage message, FieldDescriptor field, object value)
    {
        if (field.IsRepeated)
            ((IList)field.Accessor.GetValue(message)).Add(value);
        else
            field.Accessor.SetValue(message, value);
    }

    private static object Value(FieldDescriptor field, int element, Sample sample) => field.FieldType switch
    {
        FieldType.UInt32 => sample.U32(field.FieldNumber, element),
        FieldType.UInt64 => sample.U64(field.FieldNumber),
        FieldType.String => sample.Text(field.FieldNumber),
        FieldType.Bytes => ByteString.CopyFrom(sample.Bytes(field.FieldNumber)),
        FieldType.Enum => Enum.ToObject(
            field.EnumType.ClrType, sample.EnumValue([.. field.EnumType.Values.Select(value => value.Number)])),
        FieldType.Message => Create(field.MessageType, sample),
        _ => throw new InvalidOperationException($"The protocol has no field of type {field.FieldType}."),
    };
}
