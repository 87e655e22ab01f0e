using System.Collections;
using BrokerIm.Contracts.Wire;
using BrokerIm.Tests.Flow.Authorisation;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace BrokerIm.Tests.Fuzz;

/// <summary>Makes messages that mean something: known users and groups, small numbers, legal enums, now and then a value that is not.</summary>
internal sealed class FuzzedMessages(Random random, FuzzWorld world)
{
    private static readonly ushort[] s_commands = [.. AuthorisationTable.Rows.Select(static row => row.Command).Distinct()];
    private static readonly uint[] s_edges = [0, 1, 2, 127, 128, 32_767, 32_768, 0x7FFFFFFF, 0x80000000, uint.MaxValue];
    private static readonly string[] s_texts = ["", "a", "{}", "ios:1", "g0/a.png", "javascript:1", "\0", "\u202E", "名字", "'; --", new('x', 300)];

    /// <summary>A command that is handled, and a body for it.</summary>
    public (ushort Command, byte[] Body) Next()
    {
        var command = s_commands[random.Next(s_commands.Length)];

        // iOS asks under the id of the answer.
        var message = command == Command.RemoveSessionRsp ? IMRemoveSessionReq.Descriptor : WireMessages.Of(command);
        return (command, Make(message!, depth: 0).ToByteArray());
    }

    private IMessage Make(MessageDescriptor descriptor, int depth)
    {
        var message = descriptor.Parser.ParseFrom(ByteString.Empty);
        foreach (var field in descriptor.Fields.InDeclarationOrder())
        {
            if (field.IsRepeated)
            {
                var list = (IList)field.Accessor.GetValue(message);
                for (var count = random.Next(6); count > 0; count--)
                    list.Add(ValueOf(field, depth));
            }
            else if (field.IsRequired ? random.Next(50) > 0 : random.Next(3) == 0)
            {
                field.Accessor.SetValue(message, ValueOf(field, depth));
            }
        }

        return message;
    }

    private object ValueOf(FieldDescriptor field, int depth) => field.FieldType switch
    {
        FieldType.UInt32 => Number(),
        FieldType.UInt64 => (ulong)random.NextInt64(),
        FieldType.String => s_texts[random.Next(s_texts.Length)],
        FieldType.Bytes => ByteString.CopyFrom(Bytes(random.Next(4) == 0 ? 16 : random.Next(40))),
        FieldType.Enum => Enum.ToObject(field.EnumType.ClrType, EnumOf(field.EnumType)),
        FieldType.Message => Make(field.MessageType, depth + 1),
        _ => throw new InvalidOperationException($"The protocol has no field of type {field.FieldType}."),
    };

    private uint Number() => random.Next(10) switch
    {
        < 5 => world.Users[random.Next(world.Users.Length)],
        < 8 => world.Others[random.Next(world.Others.Length)],
        _ => s_edges[random.Next(s_edges.Length)],
    };

    private int EnumOf(EnumDescriptor type) =>
        random.Next(30) == 0 ? random.Next(-1, 100) : type.Values[random.Next(type.Values.Count)].Number;

    private byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }
}
