using BrokerIm.Contracts.Records;
using BrokerIm.Contracts.Wire;
using Google.Protobuf.Reflection;

namespace BrokerIm.Tests.House;

/// <summary>A number once given keeps its meaning: old clients, stored messages and records under way still use it.</summary>
/// <remarks>A field leaves by <c>reserved</c>; its line stays in the snapshot, so that nobody takes the number again.</remarks>
public sealed class ProtoNumbersTests
{
    private const string UpdateVariable = "BROKERIM_UPDATE_SNAPSHOTS";

    private static readonly FileDescriptor[] Files = [ClientReflection.Descriptor, RecordsReflection.Descriptor];

    private static readonly string SnapshotPath = Path.Combine(SourceRoot(), "tests", "House", "proto-numbers.txt");

    [Fact]
    public void Numbers_are_those_of_the_snapshot()
    {
        var snapshot = File.Exists(SnapshotPath) ? File.ReadAllLines(SnapshotPath) : [];
        var (broken, added) = Compare(snapshot, CurrentNames(), IsReserved);

        Assert.True(broken.Count == 0, $"""
            These numbers changed their meaning or disappeared:
              {string.Join("\n  ", broken)}
            Give the field a new number. To retire one, write `reserved` in its message and leave the line in the snapshot.
            """);

        if (Environment.GetEnvironmentVariable(UpdateVariable) == "1")
            File.WriteAllLines(SnapshotPath, snapshot.Concat(added).Order(StringComparer.Ordinal));
        else
            Assert.True(added.Count == 0, $"""
                These numbers are new:
                  {string.Join("\n  ", added)}
                Run this test once with {UpdateVariable}=1 and commit tests/House/proto-numbers.txt.
                """);
    }

    [Fact]
    public void A_new_number_is_an_addition() =>
        Assert.Equal(([], ["m.b=2"]), Compare(["m.a=1"], ["m.a=1", "m.b=2"], reserved: _ => false), Same);

    [Fact]
    public void A_number_that_disappeared_is_broken() =>
        Assert.Equal((["m.a=1"], []), Compare(["m.a=1"], [], reserved: _ => false), Same);

    [Fact]
    public void A_number_with_another_name_is_broken() =>
        Assert.Equal((["m.a=1"], ["m.b=1"]), Compare(["m.a=1"], ["m.b=1"], reserved: _ => false), Same);

    [Fact]
    public void A_reserved_number_may_go() =>
        Assert.Equal(([], []), Compare(["m.a=1"], [], reserved: line => line == "m.a=1"), Same);

    private static (List<string> Broken, List<string> Added) Compare(
        IReadOnlyCollection<string> snapshot, IReadOnlyCollection<string> current, Func<string, bool> reserved) =>
        ([.. snapshot.Except(current).Where(line => !reserved(line))], [.. current.Except(snapshot)]);

    private static bool Same((List<string> Broken, List<string> Added) left, (List<string> Broken, List<string> Added) right) =>
        left.Broken.SequenceEqual(right.Broken) && left.Added.SequenceEqual(right.Added);

    private static List<string> CurrentNames() =>
    [
        .. Files.SelectMany(file => file.MessageTypes).SelectMany(message => message.Fields.InFieldNumberOrder())
            .Select(field => $"{field.FullName}={field.FieldNumber}"),
        .. Files.SelectMany(file => file.EnumTypes)
            .SelectMany(type => type.Values.Select(value => $"{type.FullName}.{value.Name}={value.Number}")),
    ];

    // A reserved range ends before its End in messages, and with it in enums.
    private static bool IsReserved(string line)
    {
        var owner = line[..line.LastIndexOf('.')];
        var number = int.Parse(line[(line.LastIndexOf('=') + 1)..]);

        return Files.SelectMany(file => file.MessageTypes).Where(message => message.FullName == owner)
                .SelectMany(message => message.ToProto().ReservedRange)
                .Any(range => range.Start <= number && number < range.End)
            || Files.SelectMany(file => file.EnumTypes).Where(type => type.FullName == owner)
                .SelectMany(type => type.ToProto().ReservedRange)
                .Any(range => range.Start <= number && number <= range.End);
    }

    private static string SourceRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "BrokerIm.sln")))
                return folder.FullName;
        }
        throw new InvalidOperationException("The tests must run from inside the source tree.");
    }
}
