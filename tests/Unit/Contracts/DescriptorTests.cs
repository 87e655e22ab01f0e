using System.Reflection;
using BrokerIm.Contracts.Wire;
using Google.Protobuf.Reflection;

namespace BrokerIm.Tests.Unit.Contracts;

/// <summary>client.proto and the command ids say what the chapters' tables say, no more and no less.</summary>
public sealed class DescriptorTests
{
    public static TheoryData<string> Names => [.. Chapters.Messages.Keys];

    [Fact]
    public void Tables_and_proto_describe_the_same_messages() =>
        Assert.Equal(Chapters.Messages.Keys.Order(), GeneratedMessages.All.Keys.Order());

    [Theory]
    [MemberData(nameof(Names))]
    public void Fields_are_those_of_the_table(string name) =>
        Assert.Equal(Chapters.Messages[name].Fields, GeneratedMessages.All[name].Fields.InFieldNumberOrder().Select(AsRow));

    [Fact]
    public void Repeated_numbers_are_declared_unpacked() =>
        Assert.DoesNotContain(
            GeneratedMessages.All.Values.SelectMany(message => message.Fields.InFieldNumberOrder()), field => field.IsPacked);

    [Fact]
    public void Enums_have_the_values_of_the_table()
    {
        var generated = ClientReflection.Descriptor.EnumTypes;
        Assert.Equal(Chapters.Enums.Keys.Order(), generated.Select(type => type.Name).Order());
        Assert.All(generated, type => Assert.Equal(Chapters.Enums[type.Name], type.Values.Select(value => value.Number).Order()));
    }

    [Fact]
    public void Enum_values_lose_the_prefix_that_proto_needs()
    {
        Assert.Equal(["Windows", "Mac", "Ios", "Android"], Enum.GetNames<ClientType>());
        Assert.Equal(["SingleText", "SingleAudio", "GroupText", "GroupAudio"], Enum.GetNames<MsgType>());
        Assert.Equal(["Online", "Offline", "Leave"], Enum.GetNames<UserStatType>());
        Assert.Contains("ValidationFailed", Enum.GetNames<ResultType>());
    }

    [Fact]
    public void A_group_to_create_is_temporary_unless_it_says_otherwise() =>
        Assert.Equal(GroupType.Temporary, new IMGroupCreateReq().GroupType);

    [Fact]
    public void Commands_have_the_ids_of_the_table_and_the_names_of_their_messages()
    {
        var named = typeof(Command).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(field => (Name: "IM" + field.Name, Id: (ushort)field.GetRawConstantValue()!));
        var listed = Chapters.Messages.Values.Where(message => message.Command is not null)
            .Select(message => (message.Name, Id: message.Command!.Value));

        // The one command without a message: nobody knows its fields for certain.
        listed = listed.Append((Name: "IMCallReport", Id: (ushort)0x0735));

        Assert.Equal(
            listed.OrderBy(command => command.Id).Select(command => (command.Name.ToUpperInvariant(), command.Id)),
            named.OrderBy(command => command.Id).Select(command => (command.Name.ToUpperInvariant(), command.Id)));
    }

    [Theory]
    [InlineData(Command.LoginReq, 1)]
    [InlineData(Command.UsersStatReq, 2)]
    [InlineData(Command.MsgDataAck, 3)]
    [InlineData(Command.P2PCmdMsg, 6)]
    [InlineData(Command.FileServerIPRsp, 7)]
    public void Service_is_the_high_byte_of_a_command(ushort command, ushort service) =>
        Assert.Equal(service, Command.ServiceOf(command));

    private static ChapterField AsRow(FieldDescriptor field)
    {
        var type = field.FieldType switch
        {
            FieldType.UInt32 => "u32",
            FieldType.UInt64 => "u64",
            FieldType.String => "str",
            FieldType.Bytes => "bytes",
            FieldType.Enum => field.EnumType.Name,
            FieldType.Message => field.MessageType.Name,
            _ => field.FieldType.ToString(),
        };
        return new(field.FieldNumber, field.Name, type, field.IsRequired ? "R" : field.IsRepeated ? "rep" : "O");
    }
}
